import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import IconButton from '@mui/material/IconButton';
import LinearProgress from '@mui/material/LinearProgress';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';

import { plural } from '../../lib/format';
import { ErrorLine } from '../../ui/StateMessage';
import { CloseIcon } from '../../ui/icons';
import { css } from '../../ui/palette';

import type { HeatScale } from './scale';
import type { Heat } from './useHeat';

interface Props {
  heat: Heat;
  scale: HeatScale | null;
  isTowers: boolean;
  onTowers: (isTowers: boolean) => void;
  onClose: () => void;
}

/** What the cells on the map mean. */
export function HeatBar({ heat, scale, isTowers, onTowers, onClose }: Props) {
  const { heatmap, problem } = heat;
  return (
    <Paper component="section" variant="outlined" aria-label="Heatmap" data-testid="heat-bar" sx={{ pointerEvents: 'auto', px: 1.5, py: 0.75, maxWidth: '100%', position: 'relative', overflow: 'hidden' }}>
      {heat.isLoading && <LinearProgress aria-label="Loading the heatmap" sx={{ position: 'absolute', top: 0, left: 0, right: 0, height: 2 }} />}
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5, flexWrap: 'wrap' }}>
        {problem !== null && <ErrorLine title={problem} onRetry={heat.retry} />}
        {heatmap !== null && (
          <Box sx={{ minWidth: 0 }}>
            <Typography variant="h3" component="p" title={heatmap.measure.definition}>
              {heatmap.measure.title}
              <Typography variant="caption" component="span" color="textSecondary">
                {` ${heatmap.measure.unit} · ${plural(heatmap.cellCount, 'cell')} of H3 resolution ${heat.resolution}`}
              </Typography>
            </Typography>
            {scale !== null && heatmap.cellCount > 0 && (
              <Box component="ul" aria-label={`Legend of the heatmap, ${heatmap.measure.unit}`} sx={{ listStyle: 'none', m: 0, p: 0, display: 'flex', flexWrap: 'wrap', gap: '2px 10px' }}>
                {scale.classes.map(({ label, colour }) => (
                  <LegendMark key={label} colour={css(colour)} label={label} />
                ))}
                {heatmap.cells.some((cell) => cell.value === null) && <LegendMark colour={css(scale.unknown)} label="unknown" />}
              </Box>
            )}
            {heatmap.cellCount === 0 && (
              <Typography variant="caption" color="textSecondary">
                Nothing of this measure is in view.
              </Typography>
            )}
          </Box>
        )}
        <FormControlLabel
          sx={{ m: 0 }}
          control={<Checkbox size="small" checked={isTowers} onChange={(_event, next) => onTowers(next)} sx={{ p: 0.5 }} />}
          label={<Typography variant="caption">Towers</Typography>}
        />
        <IconButton size="small" aria-label="Close the heatmap" onClick={onClose}>
          <CloseIcon fontSize="small" />
        </IconButton>
      </Box>
    </Paper>
  );
}

function LegendMark({ colour, label }: { colour: string; label: string }) {
  return (
    <Box component="li" sx={{ display: 'flex', alignItems: 'center', gap: 0.5 }}>
      <Box aria-hidden component="span" style={{ backgroundColor: colour }} sx={{ width: 14, height: 10, borderRadius: 0.25 }} />
      <Typography variant="caption">{label}</Typography>
    </Box>
  );
}
