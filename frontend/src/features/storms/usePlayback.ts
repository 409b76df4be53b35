import { useCallback, useEffect, useEffectEvent, useMemo, useState } from 'react';

import { HOUR_MS, STEP_MS, STEPS_PER_HOUR } from './timeline';

/** How often it moves while it plays: at one hour a second, by one moment each time. */
const TICK_MS = 1_000 / STEPS_PER_HOUR;
/** The address follows once the moment has come to rest. */
const SETTLE_MS = 360;

export interface Playback {
  atMs: number;
  index: number;
  last: number;
  msOf: (index: number) => number;
  isPlaying: boolean;
  speed: number;
  setPlaying: (isPlaying: boolean) => void;
  setSpeed: (speed: number) => void;
  goTo: (index: number) => void;
  step: (hours: number) => void;
}

/** Moves through a time, by hand or playing; `onRest` hears of each moment that it comes to rest at. */
export function usePlayback(startMs: number, endMs: number, momentMs: number | null, onRest: (atMs: number) => void): Playback {
  const [chosen, setChosen] = useState<number | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<number>(1);
  const last = Math.max(0, Math.ceil((endMs - startMs) / STEP_MS));
  const msOf = useCallback((index: number): number => Math.min(endMs, startMs + index * STEP_MS), [startMs, endMs]);
  const rested = momentMs === null ? 0 : Math.round((momentMs - startMs) / STEP_MS);
  const index = Math.min(last, Math.max(0, chosen ?? rested));

  const tick = useEffectEvent(() => {
    const next = Math.min(last, index + speed);
    setChosen(next);
    if (next === last) setPlaying(false);
  });
  useEffect(() => {
    if (!isPlaying) return undefined;
    const timer = setInterval(() => tick(), TICK_MS);
    return () => clearInterval(timer);
  }, [isPlaying]);
  const rest = useEffectEvent((at: number) => {
    onRest(msOf(at));
    // From here on the address says where it is, so that Back moves it.
    setChosen(null);
  });
  useEffect(() => {
    if (chosen === null || isPlaying) return undefined;
    const timer = setTimeout(() => rest(chosen), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [chosen, isPlaying]);

  return useMemo(() => {
    const goTo = (to: number): void => {
      setPlaying(false);
      setChosen(Math.min(last, Math.max(0, to)));
    };
    return {
      atMs: msOf(index),
      index,
      last,
      msOf,
      isPlaying,
      speed,
      setPlaying,
      setSpeed,
      goTo,
      step: (hours: number) => goTo(index + Math.round((hours * HOUR_MS) / STEP_MS)),
    };
  }, [msOf, index, last, isPlaying, speed]);
}

const KEEPS_KEYS = 'input, textarea, select, [contenteditable], [role=tab], [role=combobox], [role=listbox], [role=menu], [role=dialog], .maplibregl-map';
const TAKES_SPACE = 'button, a, summary';

/** The space bar plays and pauses, arrows go an hour on or back, wherever nothing else takes these keys. */
export function usePlaybackKeys(playback: Playback, mayPlay: boolean): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const { target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !(target instanceof Element)) return;
    if (target.closest(KEEPS_KEYS) !== null) return;
    if (event.key === ' ' && mayPlay && target.closest(TAKES_SPACE) === null) {
      playback.setPlaying(!playback.isPlaying && playback.index < playback.last);
    } else if (event.key === 'ArrowRight') playback.step(1);
    else if (event.key === 'ArrowLeft') playback.step(-1);
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => onKey(event);
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}
