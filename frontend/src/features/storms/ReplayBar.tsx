import Box from '@mui/material/Box';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';
import { useTheme } from '@mui/material/styles';

import { formatNumber } from '../../lib/format';
import { TimePlayer } from '../../ui/TimePlayer';
import { css } from '../../ui/palette';

import { COLOURS } from './layers';
import { STEPS_PER_HOUR } from './timeline';
import type { Moment } from './timeline';
import type { Playback } from './usePlayback';
import { instantOf } from './words';

interface Props {
  playback: Playback;
  moment: Moment;
  playRefusal: string | null;
  timeZone: string;
}

/** The player of a replay at the foot of the map, with what its marks mean. */
export function ReplayBar({ playback, moment, playRefusal, timeZone }: Props) {
  const { out, back } = COLOURS[useTheme().palette.mode];
  const mark = (text: string, sx: object) => (
    <Box component="span" sx={{ display: 'inline-flex', alignItems: 'center', gap: 0.5 }}>
      <Box component="span" aria-hidden sx={{ borderRadius: '50%', flexShrink: 0, ...sx }} />
      <Typography variant="caption" color="textSecondary">
        {text}
      </Typography>
    </Box>
  );
  return (
    <Paper component="section" variant="outlined" aria-label="Storm replay" data-testid="replay-bar" sx={{ pointerEvents: 'auto', px: 1.5, py: 0.75, width: 620, maxWidth: '100%' }}>
      <Box sx={{ display: 'flex', alignItems: 'center', columnGap: 1.5, flexWrap: 'wrap' }}>
        <Typography variant="h3" component="p">
          {instantOf(playback.atMs, timeZone)}
        </Typography>
        <Typography variant="caption" sx={{ flex: 1, minWidth: 110 }}>
          {formatNumber(moment.customersOut)} customers out
        </Typography>
        {mark('out, by customers', { width: 14, height: 14, border: `2px solid ${css(out)}`, bgcolor: `rgb(${out.join(' ')} / 45%)` })}
        {moment.unknownCount > 0 && mark('customers unknown', { width: 12, height: 12, border: `2px solid ${css(out)}` })}
        {mark('restored', { width: 7, height: 7, bgcolor: css(back) })}
      </Box>
      <TimePlayer
        index={playback.index}
        last={playback.last}
        largeStep={STEPS_PER_HOUR}
        label="Moment"
        textOf={(index) => instantOf(playback.msOf(index), timeZone)}
        isPlaying={playback.isPlaying}
        playRefusal={playRefusal}
        speed={playback.speed}
        onStep={playback.step}
        onIndex={playback.goTo}
        onPlaying={playback.setPlaying}
        onSpeed={playback.setSpeed}
      />
    </Paper>
  );
}
