import { useTheme } from '@mui/material/styles';
import { useMemo } from 'react';

import { FLOW_FROM_ZOOM, flowLayers, pulseLayers } from '../../features/layers';
import type { Animation } from '../../features/map';
import { symbolScale } from '../../lib/draw/zoomScale';
import { useStore } from '../../lib/store';
import { useReducedMotion } from '../../ui/useReducedMotion';

import { useOverlay, useStage } from './context';

/** Few frames are enough for a pulse; arrows that run want more. */
const PULSE_FRAME_MS = 120;
const FLOW_FRAME_MS = 50;

/** What moves on the map: pulses of outages and arrows of flow; nothing where the system asks for no motion. */
export function MotionOverlay() {
  const { shown, style, view, overlays } = useStage();
  const isReplaced = Object.values(useStore(overlays)).some(({ replaces }) => replaces?.has('outages') === true);
  const scheme = useTheme().palette.mode;
  const isStill = useReducedMotion();
  const outages = isReplaced ? null : (shown.outages?.columns ?? null);
  const branches = view.display.hasFlow && style.zoom >= FLOW_FROM_ZOOM ? (shown.branches?.columns ?? null) : null;
  const hasOutages = outages !== null && outages.ids.length > 0;
  const animation = useMemo((): Animation | null => {
    if (isStill || (branches === null && !hasOutages)) return null;
    const { placement, zoom } = style;
    return {
      frameMs: branches === null ? PULSE_FRAME_MS : FLOW_FRAME_MS,
      draw: (elapsedMs) => [
        ...(branches === null ? [] : flowLayers(branches, { elapsedMs, scale: symbolScale(zoom), scheme, placement })),
        ...(outages === null || !hasOutages ? [] : pulseLayers(outages, elapsedMs, style)),
      ],
    };
  }, [isStill, branches, outages, hasOutages, style, scheme]);
  useOverlay('motion', useMemo(() => (animation === null ? null : { animation }), [animation]));
  return null;
}
