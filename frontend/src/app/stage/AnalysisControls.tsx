import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import Typography from '@mui/material/Typography';

import { HeatChoice } from '../../features/heat';
import { WeatherChoice } from '../../features/weather';
import type { LayerDisplay } from '../../lib/layerDisplay';

interface Props {
  display: LayerDisplay;
  /** Whether the reader may see the weather. */
  hasWeather: boolean;
  onDisplay: (change: Partial<LayerDisplay>) => void;
}

/** What can be laid upon the map beyond its layers. */
export function AnalysisControls({ display, hasWeather, onDisplay }: Props) {
  return (
    <Box>
      <HeatChoice
        measure={display.heat?.measure ?? null}
        onMeasure={(measure) => onDisplay({ heat: measure === null ? null : { measure, isTowers: display.heat?.isTowers ?? false } })}
      />
      {hasWeather && (
        <WeatherChoice
          measure={display.weather?.measure ?? null}
          onMeasure={(measure) => onDisplay({ weather: measure === null ? null : { measure, at: display.weather?.at ?? null } })}
        />
      )}
      <Switched label="Flow arrows" hint="zoom 8 and closer" isOn={display.hasFlow} onChange={(hasFlow) => onDisplay({ hasFlow })} />
      <Switched label="3-D view" hint="buildings, trees" isOn={display.isTilted} onChange={(isTilted) => onDisplay({ isTilted })} />
    </Box>
  );
}

function Switched({ label, hint, isOn, onChange }: { label: string; hint: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between' }}>
      <FormControlLabel
        sx={{ m: 0, ml: -0.75 }}
        control={<Checkbox size="small" checked={isOn} onChange={(_event, next) => onChange(next)} sx={{ p: 0.5 }} />}
        label={
          <Typography variant="h3" component="span">
            {label}
          </Typography>
        }
      />
      <Typography variant="caption" color="textSecondary">
        {hint}
      </Typography>
    </Box>
  );
}
