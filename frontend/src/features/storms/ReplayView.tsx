import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useEffect, useMemo, useState } from 'react';

import { formatNumber, formatQuantity } from '../../lib/format';
import type { UnitSystem } from '../../lib/units';
import { Figures } from '../../ui/Figures';
import { EmptyState } from '../../ui/StateMessage';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { ReplayCurve } from './ReplayCurve';
import { ReplayTable } from './ReplayTable';
import type { ReplayedOutage, StormReplay } from './queries';
import { curveOf, weatherAt } from './timeline';
import type { Moment, Played } from './timeline';
import { instantOf, momentWords, unknownWords, weatherWords } from './words';

interface Props {
  replay: StormReplay;
  played: readonly Played[];
  moment: Moment;
  atMs: number;
  isPlaying: boolean;
  units: UnitSystem;
  timeZone: string;
  onMoment: (atMs: number) => void;
  onOutage: (outage: ReplayedOutage) => void;
  onBack: () => void;
}

/** A replay beside the map: what stands at the moment, how it went, and the outages in force. */
export function ReplayView({ replay, played, moment, atMs, isPlaying, units, timeZone, onMoment, onOutage, onBack }: Props) {
  const [startMs, endMs] = [Date.parse(replay.start), Date.parse(replay.end)];
  const knownMs = replay.asOf == null ? endMs : Date.parse(replay.asOf);
  const curve = useMemo(() => curveOf(played, startMs, Math.min(endMs, knownMs)), [played, startMs, endMs, knownMs]);
  const { peakCustomersOut, peakAt } = replay;
  const peak = peakCustomersOut == null || peakAt == null ? null : { customers: peakCustomersOut, atMs: Date.parse(peakAt) };
  const unknown = unknownWords(moment.unknownCount) ?? undefined;
  return (
    <Box data-testid="replay" data-moment={new Date(atMs).toISOString()}>
      <Button onClick={onBack} data-testid="back-to-storms" sx={{ ml: -0.5 }}>
        ‹ All storms
      </Button>
      <Typography variant="h2" component="h2" data-testid="replay-moment">
        {instantOf(atMs, timeZone)}
      </Typography>
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 1 }} data-testid="replay-weather">
        {replay.weather == null ? 'Your account may not see weather.' : weatherWords(weatherAt(replay.weather, atMs), units)}
      </Typography>
      <Spoken text={momentWords(moment, atMs, timeZone)} isQuiet={isPlaying} />
      {played.length === 0 ? (
        <EmptyState title="No unplanned outage was in force in this time" detail="Planned work is not replayed." />
      ) : (
        <>
          <Box data-testid="replay-figures">
            <Figures
              figures={[
                { label: 'Customers out', value: <span data-testid="replay-out">{formatNumber(moment.customersOut)}</span>, detail: unknown },
                { label: 'Outages', value: <span data-testid="replay-active">{formatNumber(moment.active.length)}</span>, detail: `${formatNumber(moment.endedCount)} over` },
                {
                  label: 'Restored so far',
                  value: <span data-testid="replay-restored">{formatNumber(moment.restored)}</span>,
                  detail: moment.interrupted === 0 ? undefined : `${formatQuantity((100 * moment.restored) / moment.interrupted, '%', 0)} of ${formatNumber(moment.interrupted)}`,
                },
                {
                  label: 'Peak',
                  value: <span data-testid="replay-peak">{formatNumber(peak?.customers)}</span>,
                  detail: peak === null ? undefined : instantOf(peak.atMs, timeZone),
                },
              ]}
            />
          </Box>
          <ReplayCurve
            startMs={startMs}
            endMs={endMs}
            knownMs={knownMs}
            atMs={atMs}
            curve={curve}
            peak={peak}
            weather={replay.weather ?? null}
            units={units}
            timeZone={timeZone}
            onMoment={onMoment}
          />
          {knownMs < endMs && (
            <Typography variant="caption" component="p" color="textSecondary">
              The record ends {instantOf(knownMs, timeZone)}.
            </Typography>
          )}
          <ReplayTable active={moment.active} timeZone={timeZone} onOutage={onOutage} />
        </>
      )}
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mt: 1 }}>
        Space plays and pauses, the arrows left and right go by the hour. Wind is a mean over the hour; gusts and lightning are not on record.
      </Typography>
    </Box>
  );
}

/** How long a moment rests before it is spoken. */
const REST_MS = 600;

/** Tells screen readers the moment once it rests; while it plays it would never fall silent. */
function Spoken({ text, isQuiet }: { text: string; isQuiet: boolean }) {
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    if (isQuiet) return undefined;
    const timer = setTimeout(() => setSpoken(text), REST_MS);
    return () => clearTimeout(timer);
  }, [text, isQuiet]);
  return (
    <Box role="status" aria-live="polite" data-testid="replay-spoken" sx={visuallyHidden}>
      {spoken}
    </Box>
  );
}
