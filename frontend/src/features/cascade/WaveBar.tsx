import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Paper from '@mui/material/Paper';
import Slider from '@mui/material/Slider';
import Typography from '@mui/material/Typography';
import { useEffect, useEffectEvent, useState } from 'react';

import { formatQuantity, plural } from '../../lib/format';
import { PauseIcon, PlayIcon, StepBackIcon, StepForwardIcon } from '../../ui/icons';

import type { CascadeWave } from './queries';

const STEP_MS = 900;

interface Props {
  waves: readonly CascadeWave[];
  wave: number;
  onWave: (wave: number) => void;
}

/** Moves through the waves of a run on the map, by hand or playing. */
export function WaveBar({ waves, wave, onWave }: Props) {
  const [isPlaying, setPlaying] = useState(false);
  const lastWave = waves.at(-1)?.number ?? 0;
  const current = waves.find((entry) => entry.number === wave);

  const step = useEffectEvent(() => {
    if (wave >= lastWave) setPlaying(false);
    else onWave(wave + 1);
  });
  useEffect(() => {
    if (!isPlaying) return undefined;
    const timer = setInterval(() => step(), STEP_MS);
    return () => clearInterval(timer);
  }, [isPlaying]);

  const play = (): void => {
    if (!isPlaying && wave >= lastWave) onWave(0);
    setPlaying(!isPlaying);
  };
  const go = (next: number): void => {
    setPlaying(false);
    onWave(Math.min(lastWave, Math.max(0, next)));
  };

  return (
    <Paper
      component="section"
      variant="outlined"
      aria-label="Waves of the cascade"
      data-testid="wave-bar"
      data-wave={wave}
      sx={{ display: 'flex', alignItems: 'center', gap: 1, px: 1.5, py: 0.5, pointerEvents: 'auto', width: 'min(640px, 100%)' }}
    >
      <IconButton aria-label="Previous wave" disabled={wave <= 0} onClick={() => go(wave - 1)}>
        <StepBackIcon fontSize="small" />
      </IconButton>
      <IconButton aria-label={isPlaying ? 'Pause' : 'Play the waves'} disabled={lastWave === 0} onClick={play} data-testid="wave-play">
        {isPlaying ? <PauseIcon fontSize="small" /> : <PlayIcon fontSize="small" />}
      </IconButton>
      <IconButton aria-label="Next wave" disabled={wave >= lastWave} onClick={() => go(wave + 1)}>
        <StepForwardIcon fontSize="small" />
      </IconButton>
      <Slider
        size="small"
        min={0}
        max={Math.max(1, lastWave)}
        disabled={lastWave === 0}
        step={1}
        marks={lastWave <= 40}
        value={wave}
        onChange={(_event, next) => go(next)}
        aria-label="Wave"
        sx={{ flex: 1, mx: 1 }}
      />
      <Box sx={{ minWidth: 186, textAlign: 'right' }}>
        <Typography variant="h3" component="p">
          {wave === 0 ? 'Initial outages' : `Wave ${wave} of ${lastWave}`}
        </Typography>
        <Typography variant="caption" component="p" color="textSecondary">
          {current === undefined
            ? ' '
            : `${plural(current.trippedCount, 'trip')}, ${formatQuantity(current.cumulativeShedMw, 'MW', 1)} lost so far`}
        </Typography>
      </Box>
    </Paper>
  );
}
