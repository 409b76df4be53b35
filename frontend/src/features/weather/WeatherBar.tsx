import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import LinearProgress from '@mui/material/LinearProgress';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';

import { formatInstant, plural } from '../../lib/format';
import type { UnitSystem } from '../../lib/units';
import { ErrorLine } from '../../ui/StateMessage';
import { TimePlayer } from '../../ui/TimePlayer';
import { CloseIcon } from '../../ui/icons';

import { WeatherLegend } from './WeatherLegend';
import { stepped } from './hours';
import type { MeasureLook } from './measures';
import type { WeatherField } from './queries';

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
  const { times, index, measure, field, units, timeZone, onIndex } = props;
  const textOf = (i: number): string => {
    const time = times[i];
    return time === undefined ? formatInstant(null) : formatInstant(new Date(time).toISOString(), timeZone);
  };
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
      <TimePlayer
        index={index}
        last={times.length - 1}
        largeStep={24}
        label="Hour"
        textOf={textOf}
        isPlaying={props.isPlaying}
        playRefusal={props.playRefusal}
        speed={props.speed}
        onStep={(hours) => onIndex(stepped(times, index, hours))}
        onIndex={onIndex}
        onPlaying={props.onPlaying}
        onSpeed={props.onSpeed}
      />
    </Paper>
  );
}

function stationsText(field: WeatherField, measure: MeasureLook, units: UnitSystem): string {
  const stations = `between ${plural(field.stationCount, 'station')}`;
  return field.leaveOneOutRmse == null ? stations : `${stations}, ± ${measure.formatError(field.leaveOneOutRmse, units)}`;
}
