import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import LinearProgress from '@mui/material/LinearProgress';
import MenuItem from '@mui/material/MenuItem';
import Paper from '@mui/material/Paper';
import Slider from '@mui/material/Slider';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

import { formatInstant, plural } from '../../lib/format';
import type { UnitSystem } from '../../lib/units';
import { ErrorLine } from '../../ui/StateMessage';
import { CloseIcon, PauseIcon, PlayIcon } from '../../ui/icons';

import { WeatherLegend } from './WeatherLegend';
import { stepped } from './hours';
import type { MeasureLook } from './measures';
import type { WeatherField } from './queries';

export const SPEEDS = [1, 2, 4, 8] as const;

interface Props {
  times: readonly number[];
  index: number;
  measure: MeasureLook;
  field: WeatherField | null;
  units: UnitSystem;
  timeZone: string;
  isLoading: boolean;
  problem: string | null;
  isPlaying: boolean;
  /** Why it does not play, where it may not. */
  playRefusal: string | null;
  speed: number;
  onIndex: (index: number) => void;
  onPlaying: (isPlaying: boolean) => void;
  onSpeed: (speed: number) => void;
  onRetry: () => void;
  onClose: () => void;
}

/** Which hour's weather is on the map, what its colours mean, and ways through the hours. */
export function WeatherBar(props: Props) {
  const { times, index, measure, field, units, timeZone, isPlaying, playRefusal, speed, onIndex } = props;
  const textOf = (i: number): string => {
    const time = times[i];
    return time === undefined ? formatInstant(null) : formatInstant(new Date(time).toISOString(), timeZone);
  };
  const step = (hours: number, label: string, text: string): ReactNode => (
    <IconButton size="small" aria-label={label} onClick={() => onIndex(stepped(times, index, hours))} disabled={hours < 0 ? index <= 0 : index >= times.length - 1} sx={{ fontSize: '0.75rem', fontWeight: 500, borderRadius: 1, px: 0.75 }}>
      {text}
    </IconButton>
  );
  return (
    <Paper component="section" variant="outlined" aria-label="Weather" data-testid="weather-bar" sx={{ pointerEvents: 'auto', px: 1.5, py: 0.75, width: 620, maxWidth: '100%', position: 'relative', overflow: 'hidden' }}>
      {props.isLoading && <LinearProgress aria-label="Loading the weather" sx={{ position: 'absolute', top: 0, left: 0, right: 0, height: 2 }} />}
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5, flexWrap: 'wrap' }}>
        <Typography variant="h3" component="p" data-testid="weather-hour">
          {textOf(index)}
        </Typography>
        <WeatherLegend measure={measure} units={units} />
        <Typography variant="caption" color="textSecondary" sx={{ flex: 1, minWidth: 120 }} data-testid="weather-stations">
          {field === null ? '' : (field.reason ?? stationsText(field, measure, units))}
        </Typography>
        <IconButton size="small" aria-label="Close the weather" onClick={props.onClose}>
          <CloseIcon fontSize="small" />
        </IconButton>
      </Box>
      {props.problem !== null && <ErrorLine title={props.problem} onRetry={props.onRetry} />}
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 0.25 }}>
        {step(-24, 'A day back', '−24 h')}
        {step(-1, 'An hour back', '−1 h')}
        <span title={playRefusal ?? undefined}>
          <IconButton
            size="small"
            aria-label={isPlaying ? 'Pause' : 'Play'}
            disabled={playRefusal !== null || (!isPlaying && index >= times.length - 1)}
            onClick={() => props.onPlaying(!isPlaying)}
          >
            {isPlaying ? <PauseIcon fontSize="small" /> : <PlayIcon fontSize="small" />}
          </IconButton>
        </span>
        {step(1, 'An hour on', '+1 h')}
        {step(24, 'A day on', '+24 h')}
        <Slider
          size="small"
          value={index}
          min={0}
          max={Math.max(0, times.length - 1)}
          step={1}
          shiftStep={24}
          aria-label="Hour"
          getAriaValueText={textOf}
          valueLabelDisplay="auto"
          valueLabelFormat={textOf}
          onChange={(_event, value) => typeof value === 'number' && onIndex(value)}
          sx={{ mx: 1.5, flex: 1 }}
        />
        <TextField
          select
          size="small"
          variant="standard"
          value={speed}
          onChange={(event) => props.onSpeed(Number(event.target.value))}
          slotProps={{ select: { 'aria-label': 'Speed', sx: { fontSize: '0.75rem' } } }}
        >
          {SPEEDS.map((each) => (
            <MenuItem key={each} value={each}>
              {`${each} h/s`}
            </MenuItem>
          ))}
        </TextField>
      </Box>
    </Paper>
  );
}

function stationsText(field: WeatherField, measure: MeasureLook, units: UnitSystem): string {
  const stations = `between ${plural(field.stationCount, 'station')}`;
  return field.leaveOneOutRmse == null ? stations : `${stations}, ± ${measure.formatError(field.leaveOneOutRmse, units)}`;
}
