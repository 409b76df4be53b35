import 'maplibre-gl/dist/maplibre-gl.css';
import { AttributionControl, Map as MapLibreMap, NavigationControl, setWorkerUrl } from 'maplibre-gl';
import type { MapOptions } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';

import type { ColourScheme } from '../preferences';

import { loadBaseMap } from './atlas';
import { offlineStyle } from './style';

setWorkerUrl(workerUrl);

/** A flat, north-up map over the offline base map, or over `styleUrl` where one is set. */
export async function createBaseMap(
  options: Omit<MapOptions, 'style'> & { styleUrl?: string | null; scheme?: ColourScheme; hasZoomButtons?: boolean },
): Promise<MapLibreMap> {
  const { styleUrl, scheme = 'dark', hasZoomButtons = true, ...rest } = options;
  const style = typeof styleUrl === 'string' && styleUrl !== '' ? styleUrl : offlineStyle(await loadBaseMap(), scheme);
  const map = new MapLibreMap({
    maxPitch: 0,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    attributionControl: false,
    fadeDuration: 0,
    maxZoom: 20,
    ...rest,
    style,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  if (hasZoomButtons) map.addControl(new NavigationControl({ showCompass: false }), 'bottom-right');
  if (typeof styleUrl === 'string' && styleUrl !== '') map.addControl(new AttributionControl({ compact: true }));
  return map;
}
