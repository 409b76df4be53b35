import type { LayersList } from '@deck.gl/core';
import Box from '@mui/material/Box';
import { useTheme } from '@mui/material/styles';
import { useEffect, useEffectEvent, useImperativeHandle, useRef, useState } from 'react';
import type { Ref } from 'react';

import type { Bounds } from '../../lib/boundsGrid';
import type { BufferPatch } from '../../lib/draw/patch';
import { mapCamera } from '../../lib/mapImage';
import type { Viewport } from '../../lib/mapView';
import type { TileHit, TileLayerSpec } from '../../lib/tiles/spec';
import { ErrorState, LoadingState } from '../../ui/StateMessage';

import { MapController } from './controller';
import type { Animation, LabelFeatures } from './controller';
import type { Drag, PointerPosition } from './pointer';

export interface MapHandle {
  flyTo: (target: Viewport) => void;
  jumpTo: (target: Viewport) => void;
  /** The feature of the tiles at a pixel of the map. */
  tileAt: (x: number, y: number) => TileHit | null;
  refreshTiles: (key: string) => void;
  patch: (patches: readonly BufferPatch[]) => void;
  zoomBy: (levels: number) => void;
  fit: (bounds: Bounds) => void;
  /** The map as it is drawn; null while there is none. */
  picture: () => Promise<HTMLCanvasElement> | null;
}

interface Props {
  ref?: Ref<MapHandle>;
  /** Where to begin, by the size of the map, px. */
  initialViewport: (size: { width: number; height: number }) => Viewport;
  styleUrl: string | null;
  layers: LayersList;
  labels: LabelFeatures;
  tiles?: readonly TileLayerSpec[];
  isTilted?: boolean;
  animation?: Animation | null;
  /** Data for this view is still on its way. */
  isPending: boolean;
  cursor: 'pointer' | 'crosshair' | '';
  onViewport: (viewport: Viewport, bounds: Bounds) => void;
  onPointerMove: (at: PointerPosition | null) => void;
  onClick: (at: PointerPosition) => void;
  /** True: it was for something else than zooming. */
  onDoubleClick?: (at: PointerPosition) => boolean;
  onPress?: (at: PointerPosition) => Drag | null;
}

const NO_TILES: readonly TileLayerSpec[] = [];

export function MapCanvas(props: Props) {
  const { ref, layers, labels, tiles = NO_TILES, isTilted = false, animation = null, isPending, cursor, styleUrl } = props;
  const containerRef = useRef<HTMLDivElement>(null);
  const [controller, setController] = useState<MapController | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const scheme = useTheme().palette.mode;
  /** Where the map was when it had to be made anew, in other colours. */
  const lastViewport = useRef<Viewport | null>(null);

  const onViewport = useEffectEvent(props.onViewport);
  const onPointerMove = useEffectEvent(props.onPointerMove);
  const onClick = useEffectEvent(props.onClick);
  const onDoubleClick = useEffectEvent((at: PointerPosition) => props.onDoubleClick?.(at) === true);
  const onPress = useEffectEvent((at: PointerPosition) => props.onPress?.(at) ?? null);
  const initialViewport = useEffectEvent((size: { width: number; height: number }) => lastViewport.current ?? props.initialViewport(size));

  useEffect(() => {
    const container = containerRef.current;
    if (container === null) return undefined;
    const abort = new AbortController();
    let created: MapController | null = null;
    MapController.create({
      container,
      viewport: initialViewport({ width: container.clientWidth, height: container.clientHeight }),
      styleUrl,
      scheme,
      signal: abort.signal,
      events: {
        onViewport: (viewport, bounds) => {
          lastViewport.current = viewport;
          onViewport(viewport, bounds);
        },
        onPointerMove: (at) => onPointerMove(at),
        onClick: (at) => onClick(at),
        onDoubleClick: (at) => onDoubleClick(at),
        onPress: (at) => onPress(at),
      },
    }).then(
      (made) => {
        created = made;
        if (abort.signal.aborted) made.destroy();
        else setController(made);
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setFailure(error instanceof Error ? error.message : String(error));
      },
    );
    return () => {
      abort.abort();
      created?.destroy();
      setController(null);
    };
  }, [styleUrl, scheme, attempt]);

  useEffect(() => controller?.setLayers(layers), [controller, layers]);
  useEffect(() => controller?.setLabels(labels), [controller, labels]);
  useEffect(() => controller?.setTiles(tiles), [controller, tiles]);
  useEffect(() => controller?.setTilted(isTilted), [controller, isTilted]);
  useEffect(() => controller?.setAnimation(animation), [controller, animation]);
  useEffect(() => controller?.setPending(isPending), [controller, isPending]);
  useEffect(() => controller?.setCursor(cursor), [controller, cursor]);

  useEffect(() => {
    if (controller === null) return undefined;
    mapCamera.set({ take: async () => (await controller.picture()).toDataURL('image/png') });
    return () => mapCamera.set(null);
  }, [controller]);

  useImperativeHandle(
    ref,
    () => ({
      flyTo: (target) => controller?.flyTo(target),
      jumpTo: (target) => controller?.jumpTo(target),
      tileAt: (x, y) => controller?.tileAt(x, y) ?? null,
      refreshTiles: (key) => controller?.refreshTiles(key),
      patch: (patches) => controller?.patch(patches),
      zoomBy: (levels) => controller?.zoomBy(levels),
      fit: (bounds) => controller?.fit(bounds),
      picture: () => controller?.picture() ?? null,
    }),
    [controller],
  );

  return (
    <Box sx={{ position: 'absolute', inset: 0 }}>
      {/* MapLibre's style sheet sets the position of its container: only sizes are safe here. */}
      <Box ref={containerRef} data-testid="map" sx={{ width: '100%', height: '100%' }} />
      {failure !== null && (
        <Box sx={{ position: 'absolute', inset: 0, display: 'grid', placeItems: 'center' }}>
          <ErrorState
            title="The map could not be started"
            detail={failure}
            onRetry={() => {
              setFailure(null);
              setAttempt((previous) => previous + 1);
            }}
          />
        </Box>
      )}
      {controller === null && failure === null && (
        <Box sx={{ position: 'absolute', inset: 0, display: 'grid', placeItems: 'center', pointerEvents: 'none' }}>
          <LoadingState label="Loading the map" />
        </Box>
      )}
    </Box>
  );
}
