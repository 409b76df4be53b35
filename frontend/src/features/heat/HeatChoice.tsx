import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';

import type { HeatMeasure } from './queries';
import { useHeatMeasures } from './useHeat';

interface Props {
  measure: string | null;
  onMeasure: (measure: HeatMeasure['key'] | null) => void;
}

const NONE = '';

/** Which measure is laid upon the map. */
export function HeatChoice({ measure, onMeasure }: Props) {
  const { measures, problem } = useHeatMeasures();
  const isListed = measures?.some(({ key }) => key === measure) === true;
  return (
    <TextField
      select
      fullWidth
      size="small"
      variant="standard"
      label="Heatmap"
      value={isListed ? measure : NONE}
      disabled={measures === null}
      error={problem !== null}
      helperText={problem ?? measures?.find(({ key }) => key === measure)?.definition}
      onChange={(event) => onMeasure(measures?.find(({ key }) => key === event.target.value)?.key ?? null)}
      slotProps={{ htmlInput: { 'data-testid': 'heat-choice' }, select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      sx={{ mt: 0.5, mb: 0.5 }}
    >
      <MenuItem value={NONE}>None</MenuItem>
      {measures?.map(({ key, title, unit }) => (
        <MenuItem key={key} value={key}>
          {`${title}, ${unit}`}
        </MenuItem>
      ))}
    </TextField>
  );
}
