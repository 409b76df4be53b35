import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import Paper from '@mui/material/Paper';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';

import { css } from '../../ui/palette';

import { LevelMark } from './LevelMark';
import { MEASURES, OVERLAYS } from './address';
import type { Measure, OverlayKind, PatchAddress, VegetationAddress } from './address';
import { heatColour } from './heat';
import { LEVELS } from './levels';
import type { VegetationMap } from './useVegetationMap';
import { figure } from './words';

const LABELS: Readonly<Record<OverlayKind, string>> = { trees: 'Trees', clusters: 'Clusters', heat: 'Heat', none: 'None' };
const MEASURE_LABELS: Readonly<Record<Measure, string>> = {
  CUSTOMER_MINUTES: 'Customer-minutes a year',
  ENCROACHING_TREES: 'Trees within the clearance',
  URGENT_TREES: 'Trees of level medium and above',
  TREES: 'All trees',
};

interface Props {
  address: VegetationAddress;
  onChange: PatchAddress;
  map: Pick<VegetationMap, 'summary' | 'problem' | 'highest' | 'isPending'>;
}

/** What of the trees is drawn, and what its colours mean. */
export function MapBar({ address, onChange, map }: Props) {
  return (
    <Paper
      component="section"
      variant="outlined"
      aria-label="Trees on the map"
      data-testid="vegetation-bar"
      sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: 1.25, rowGap: 0.5, px: 1, py: 0.5, pointerEvents: 'auto', maxWidth: '100%' }}
    >
      <ToggleButtonGroup
        exclusive
        size="small"
        value={address.overlay}
        onChange={(_event, overlay: OverlayKind | null) => overlay !== null && onChange({ overlay })}
        aria-label="What is drawn"
        sx={{ '& .MuiToggleButton-root': { py: 0, textTransform: 'none' } }}
      >
        {OVERLAYS.map((kind) => (
          <ToggleButton key={kind} value={kind} data-testid={`draw-${kind}`}>
            {LABELS[kind]}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      {(address.overlay === 'trees' || address.overlay === 'clusters') && (
        <Box component="ul" aria-label="Levels" sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 1, listStyle: 'none', m: 0, p: 0, fontSize: '0.6875rem' }}>
          {LEVELS.map((level) => (
            <li key={level}>
              <LevelMark level={level} />
            </li>
          ))}
        </Box>
      )}
      {address.overlay === 'heat' && (
        <>
          <TextField
            select
            label="Measure"
            value={address.measure}
            onChange={(event) => onChange({ measure: MEASURES.find((each) => each === event.target.value) ?? 'CUSTOMER_MINUTES' })}
            sx={{ minWidth: 170, '& .MuiSelect-select': { py: 0.5 } }}
          >
            {MEASURES.map((measure) => (
              <MenuItem key={measure} value={measure}>
                {MEASURE_LABELS[measure]}
              </MenuItem>
            ))}
          </TextField>
          {map.highest !== null && (
            <Box sx={{ display: 'flex', alignItems: 'center', gap: 0.5, fontSize: '0.6875rem' }}>
              0
              <Box
                aria-hidden
                sx={{ width: 90, height: 8, borderRadius: 0.5 }}
                style={{ background: `linear-gradient(90deg, ${[0, 0.06, 0.25, 0.56, 1].map((share) => css(heatColour(share))).join(', ')})` }}
              />
              {figure(map.highest)} a cell
            </Box>
          )}
        </>
      )}
      <Typography variant="caption" color={map.problem === null ? 'textSecondary' : 'error'} role="status" data-testid="vegetation-summary">
        {map.problem ?? (map.isPending && map.summary !== '' ? `${map.summary} · loading` : map.summary)}
      </Typography>
    </Paper>
  );
}
