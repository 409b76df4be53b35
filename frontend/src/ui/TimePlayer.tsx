import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import MenuItem from '@mui/material/MenuItem';
import Slider from '@mui/material/Slider';
import TextField from '@mui/material/TextField';

import { PauseIcon, PlayIcon } from './icons';

/** Hours that pass in a second while it plays. */
export const SPEEDS = [1, 2, 4, 8] as const;

/** One beside the other, before the button to play and after it. */
const HOURS = [
  { hours: -24, label: 'A day back', text: '−24 h' },
  { hours: -1, label: 'An hour back', text: '−1 h' },
  { hours: 1, label: 'An hour on', text: '+1 h' },
  { hours: 24, label: 'A day on', text: '+24 h' },
] as const;

interface Props {
  /** Place of the moment among those there are. */
  index: number;
  /** Place of the last. */
  last: number;
  /** Places in an hour for the slider's larger steps (shift and an arrow, page up and down). */
  largeStep: number;
  /** What the slider moves through. */
  label: string;
  textOf: (index: number) => string;
  isPlaying: boolean;
  /** Why it does not play, where it may not. */
  playRefusal: string | null;
  speed: number;
  /** Go so many hours on, or back. */
  onStep: (hours: number) => void;
  onIndex: (index: number) => void;
  onPlaying: (isPlaying: boolean) => void;
  onSpeed: (speed: number) => void;
}

/** Ways through the hours of a time: by steps, by a slider, and playing. */
export function TimePlayer(props: Props) {
  const { index, last, textOf, isPlaying, playRefusal } = props;
  const steps = HOURS.map(({ hours, label, text }) => (
    <IconButton
      key={label}
      size="small"
      // What one reads is in the name, so that it can be said aloud.
      aria-label={`${label}, ${text}`}
      onClick={() => props.onStep(hours)}
      disabled={hours < 0 ? index <= 0 : index >= last}
      sx={{ fontSize: '0.75rem', fontWeight: 500, borderRadius: 1, px: 0.75 }}
    >
      {text}
    </IconButton>
  ));
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 0.25 }}>
      {steps.slice(0, 2)}
      <span title={playRefusal ?? undefined}>
        <IconButton
          size="small"
          aria-label={isPlaying ? 'Pause' : 'Play'}
          disabled={playRefusal !== null || (!isPlaying && index >= last)}
          onClick={() => props.onPlaying(!isPlaying)}
          data-testid="time-play"
        >
          {isPlaying ? <PauseIcon fontSize="small" /> : <PlayIcon fontSize="small" />}
        </IconButton>
      </span>
      {steps.slice(2)}
      <Slider
        size="small"
        value={index}
        min={0}
        max={Math.max(0, last)}
        step={1}
        shiftStep={props.largeStep}
        aria-label={props.label}
        getAriaValueText={textOf}
        valueLabelDisplay="auto"
        valueLabelFormat={textOf}
        onChange={(_event, value) => typeof value === 'number' && props.onIndex(value)}
        sx={{ mx: 1.5, flex: 1 }}
      />
      <TextField
        select
        size="small"
        variant="standard"
        value={props.speed}
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
  );
}
