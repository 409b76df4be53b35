import { createBaseMap } from '../lib/basemap/maplibre';

import { boundsOf, parseGeometry } from './geometry';

const COLOUR = '#5cc8e6';
/** The base map shows counties: closer in there would be nothing around the asset to tell where it is. */
const MAX_FIT_ZOOM = 9;

/** Draw the GeoJSON of one holder over the offline base map; read-only. */
export async function drawGeometry(holder: HTMLElement): Promise<void> {
  try {
    const data = parseGeometry(holder.dataset.geojson ?? '');
    const bounds = boundsOf(data);
    if (bounds === null) throw new Error('The geometry is empty.');
    const map = await createBaseMap({
      container: holder,
      bounds: [bounds[0], bounds[1], bounds[2], bounds[3]],
      fitBoundsOptions: { padding: 48, maxZoom: MAX_FIT_ZOOM },
      // The wheel scrolls the admin page; the buttons zoom.
      scrollZoom: false,
    });
    map.getCanvas().setAttribute('aria-label', 'Where this asset is');
    await map.once('load');
    map.addSource('asset', { type: 'geojson', data: data as GeoJSON.GeoJSON });
    map.addLayer({
      id: 'asset-area',
      type: 'fill',
      source: 'asset',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': COLOUR, 'fill-opacity': 0.25 },
    });
    map.addLayer({
      id: 'asset-line',
      type: 'line',
      source: 'asset',
      filter: ['!=', ['geometry-type'], 'Point'],
      paint: { 'line-color': COLOUR, 'line-width': 3 },
    });
    map.addLayer({
      id: 'asset-point',
      type: 'circle',
      source: 'asset',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: { 'circle-color': COLOUR, 'circle-radius': 6, 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2 },
    });
    await map.once('idle');
    holder.dataset.mapState = 'idle';
  } catch (error) {
    holder.dataset.mapState = 'failed';
    holder.textContent = error instanceof Error ? error.message : 'The map could not be drawn.';
  }
}
