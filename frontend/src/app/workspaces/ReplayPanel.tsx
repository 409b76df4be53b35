import { useTheme } from '@mui/material/styles';
import { useCallback, useEffect, useEffectEvent, useMemo, useState } from 'react';
import { useQuery } from 'urql';

import {
  activeAt,
  causeWords,
  momentAt,
  playedOf,
  ReplayBar,
  replayLayers,
  replayPulse,
  ReplayView,
  STEP_MS,
  StormList,
  StormReplayQuery,
  usePlayback,
  usePlaybackKeys,
  useReplayAddress,
} from '../../features/storms';
import type { ReplayedOutage, StormReplay } from '../../features/storms';
import type { Bounds } from '../../lib/boundsGrid';
import type { LayerKey } from '../../lib/columns/layers';
import { formatInstant, formatNumber } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { useUnits } from '../../lib/preferences';
import { ErrorState, LoadingState } from '../../ui/StateMessage';
import { useReducedMotion } from '../../ui/useReducedMotion';
import { boundsAround } from '../frame';
import { useOverlay, useStage } from '../stage/context';
import type { Overlay } from '../stage/overlays';

/** The outages of now would be taken for those of then. */
const REPLACED: ReadonlySet<LayerKey> = new Set(['outages'] as const);
const PULSE_FRAME_MS = 120;
const STILL = 'Your system asks for reduced motion: step by hand.';

interface Props {
  onOutage: (outage: ReplayedOutage) => void;
}

/** Past storms, and the one that is replayed beside the map and on it. */
export function ReplayPanel({ onOutage }: Props) {
  const { site } = useStage();
  const [{ period }, patch] = useReplayAddress();
  // A link says where to look; a choice is of the storm, wherever it was.
  const [isChosen, setChosen] = useState(false);
  const choose = useCallback(
    (chosen: Period) => {
      setChosen(true);
      patch({ period: chosen, momentMs: null });
    },
    [patch],
  );
  if (period === null) return <StormList timeZone={site.timeZone} onReplay={choose} />;
  return <Asked key={`${period.startMs} ${period.endMs}`} period={period} isChosen={isChosen} onChoose={choose} onOutage={onOutage} />;
}

interface Period {
  startMs: number;
  endMs: number;
}

interface AskedProps extends Props {
  period: Period;
  isChosen: boolean;
  onChoose: (period: Period) => void;
}

function Asked({ period, isChosen, onChoose, onOutage }: AskedProps) {
  const { site } = useStage();
  const [{ data, error, fetching }, refetch] = useQuery({
    query: StormReplayQuery,
    variables: { start: new Date(period.startMs).toISOString(), end: new Date(period.endMs).toISOString() },
  });
  const pending = useMemo((): Overlay => ({ isPending: data === undefined && fetching, replaces: REPLACED }), [data, fetching]);
  useOverlay('replay-loading', pending);
  if (data !== undefined) return <Shown replay={data.stormReplay} isChosen={isChosen} onOutage={onOutage} />;
  if (error !== undefined && !fetching) {
    return (
      <>
        <ErrorState title="The replay could not be loaded" detail={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
        <StormList timeZone={site.timeZone} onReplay={onChoose} />
      </>
    );
  }
  return <LoadingState label="Loading the replay" minHeight={240} />;
}

function Shown({ replay, isChosen, onOutage }: Props & { replay: StormReplay; isChosen: boolean }) {
  const { site, style } = useStage();
  const { timeZone } = site;
  const units = useUnits();
  const scheme = useTheme().palette.mode;
  const isStill = useReducedMotion();
  const [{ momentMs }, patch] = useReplayAddress();
  const startMs = Date.parse(replay.start);
  const endMs = Math.min(Date.parse(replay.end), replay.asOf == null ? Infinity : Math.max(startMs, Date.parse(replay.asOf)));
  const playback = usePlayback(startMs, endMs, momentMs, (atMs) => patch({ momentMs: atMs }));
  usePlaybackKeys(playback, !isStill);
  const { atMs, isPlaying } = playback;
  const played = useMemo(() => playedOf(replay.outages), [replay]);
  const moment = useMemo(() => momentAt(played, atMs), [played, atMs]);
  const { zoom, placement } = style;
  useShownWhole(isChosen ? boundsAround(placesOf(replay.outages)) : null);
  useOverlay(
    'replay',
    useMemo((): Overlay => {
      const look = { zoom, scheme, placement };
      return {
        above: replayLayers(played, moment, atMs, look),
        replaces: REPLACED,
        animation: isStill || moment.active.length === 0 ? undefined : { frameMs: PULSE_FRAME_MS, draw: (elapsedMs) => replayPulse(moment, elapsedMs, look) },
        describe: (at) => {
          const found = activeAt(moment, at);
          if (found === null) return null;
          const { outage } = found.played;
          return {
            title: outage.outageId,
            kind: `Outage, ${causeWords(outage)}`,
            facts: [
              { label: 'Out', value: found.customersOut === null ? 'not known' : `${formatNumber(found.customersOut)} of ${formatNumber(outage.customers)}` },
              { label: 'Began', value: formatInstant(outage.beganAt, timeZone) },
              { label: 'Restored', value: formatInstant(outage.restoredAt, timeZone) },
            ],
          };
        },
      };
    }, [played, moment, atMs, zoom, scheme, placement, isStill, timeZone]),
  );
  useOverlay(
    'replay-bar',
    useMemo(
      (): Overlay => ({ bottom: <ReplayBar playback={playback} moment={moment} playRefusal={isStill ? STILL : null} timeZone={timeZone} /> }),
      [playback, moment, isStill, timeZone],
    ),
  );
  return (
    <ReplayView
      replay={replay}
      played={played}
      moment={moment}
      atMs={atMs}
      isPlaying={isPlaying}
      units={units}
      timeZone={timeZone}
      onMoment={(wanted) => playback.goTo(Math.round((wanted - startMs) / STEP_MS))}
      onOutage={onOutage}
      onBack={() => patch({ period: null, momentMs: null })}
    />
  );
}

function placesOf(outages: readonly ReplayedOutage[]): { lon: number; lat: number }[] {
  return outages.flatMap(({ lon, lat }) => (lon == null || lat == null ? [] : [{ lon, lat }]));
}

/** Moves the map once, when this is first shown. */
function useShownWhole(bounds: Bounds | null): void {
  const { frameOn } = useStage();
  const move = useEffectEvent(() => {
    if (bounds !== null) frameOn(bounds);
  });
  useEffect(() => move(), []);
}
