import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';

import { WEATHER_MEASURES } from './measures';
import type { WeatherMeasure } from './queries';

interface Props {
  measure: string | null;
  onMeasure: (measure: WeatherMeasure | null) => void;
}

const NONE = '';

/** Which measure of the weather is laid upon the map. */
export function WeatherChoice({ measure, onMeasure }: Props) {
  const known = WEATHER_MEASURES.find(({ key }) => key === measure);
  return (
    <TextField
      select
      fullWidth
      size="small"
      variant="standard"
      label="Weather"
      value={known?.key ?? NONE}
      onChange={(event) => onMeasure(WEATHER_MEASURES.find(({ key }) => key === event.target.value)?.key ?? null)}
      slotProps={{ htmlInput: { 'data-testid': 'weather-choice' }, select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      sx={{ mt: 0.5, mb: 0.5 }}
    >
      <MenuItem value={NONE}>None</MenuItem>
      {WEATHER_MEASURES.map(({ key, title }) => (
        <MenuItem key={key} value={key}>
          {title}
        </MenuItem>
      ))}
    </TextField>
  );
}
