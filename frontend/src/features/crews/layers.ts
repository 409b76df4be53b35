import type { Layer } from '@deck.gl/core';
import { TextLayer } from '@deck.gl/layers';

import type { Rgb } from '../../lib/colourScale';
import { faded } from '../../lib/draw/faded';
import { pathsOfLines } from '../../lib/draw/lines';
import { pathLayer } from '../../lib/draw/paths';
import { paint, pointLayer } from '../../lib/draw/points';
import type { Placement, Rgba } from '../../lib/draw/points';
import { symbolScale } from '../../lib/draw/zoomScale';
import { humanize, plural } from '../../lib/format';

import type { CrewOnMap } from './queries';

const RADIUS_PX = 6;
const NAMES_FROM_ZOOM = 10.5;
const OFF: Rgb = [138, 153, 168];
/** How full the mark is tells the status without its colour. */
const FILL: Readonly<Record<string, number>> = { AVAILABLE: 0, ASSIGNED: 110, ON_SITE: 255, OFF_SHIFT: 0 };

interface Placed extends CrewOnMap {
  lon: number;
  lat: number;
}

/** The crews whose place is known. */
export function placedCrews(crews: readonly CrewOnMap[]): Placed[] {
  return crews.flatMap((crew) => (crew.lon == null || crew.lat == null ? [] : [{ ...crew, lon: crew.lon, lat: crew.lat }]));
}

/** From each crew to the outages it works on. */
export function errands(crews: readonly Placed[]): [number, number][][] {
  return crews.flatMap(({ lon, lat, outages }) => outages.edges.map(({ node }): [number, number][] => [[lon, lat], [node.lon, node.lat]]));
}

export function crewLayers(
  crews: readonly CrewOnMap[],
  style: { zoom: number; colour: Rgb; text: Rgb; halo: Rgb; opacity: number; placement: Placement },
): Layer[] {
  const placed = placedCrews(crews);
  if (placed.length === 0) return [];
  const colourOf = ({ status }: Placed): Rgb => (status === 'OFF_SHIFT' ? OFF : style.colour);
  const rgba = (i: number, alpha: number): Rgba => {
    const crew = placed[i];
    const [r, g, b] = crew === undefined ? OFF : colourOf(crew);
    return [r, g, b, alpha];
  };
  const lines = errands(placed);
  const { opacity, placement } = style;
  return [
    ...(lines.length === 0
      ? []
      : [
          pathLayer({
            id: 'crew-errands',
            paths: pathsOfLines(lines),
            style: {
              colours: paint(lines.length, () => [...style.colour, 220]),
              widthsPx: new Float32Array(lines.length).fill(1.6),
              widthScale: 1,
              opacity,
              dash: [5, 4],
            },
            placement,
          }),
        ]),
    faded(pointLayer({
      id: 'crews',
      columns: { ids: placed.map((crew) => crew.assetId), lon: Float64Array.from(placed, (crew) => crew.lon), lat: Float64Array.from(placed, (crew) => crew.lat) },
      style: {
        radiiPx: RADIUS_PX,
        radiusScale: symbolScale(style.zoom),
        fill: paint(placed.length, (i) => rgba(i, FILL[placed[i]?.status ?? ''] ?? 0)),
        outline: paint(placed.length, (i) => rgba(i, 255)),
        outlinePx: 2.4,
      },
      placement,
    }), opacity),
    ...(style.zoom < NAMES_FROM_ZOOM
      ? []
      : [
          new TextLayer<Placed>({
            id: 'crew-names',
            ...placement,
            data: placed,
            getPosition: ({ lon, lat }) => [lon, lat],
            getText: ({ name }) => name,
            getColor: [...style.text],
            getSize: 11,
            fontFamily: 'Roboto, sans-serif',
            fontSettings: { sdf: true },
            outlineWidth: 3,
            outlineColor: [...style.halo, 255],
            // Above the mark: substations, where crews wait, have their names beside them.
            getTextAnchor: 'middle',
            getPixelOffset: [0, -RADIUS_PX * symbolScale(style.zoom) - 9],
            opacity,
            parameters: { depthCompare: 'always', depthWriteEnabled: false },
          }),
        ]),
  ];
}

const TOLERANCE_PX = 5;

/** The crew whose mark is under a place of the map. */
export function crewAt(crews: readonly CrewOnMap[], at: { lng: number; lat: number; zoom: number }): Placed | null {
  const perDegree = (512 * 2 ** at.zoom) / 360;
  const reach = RADIUS_PX * symbolScale(at.zoom) + TOLERANCE_PX;
  const stretch = 1 / Math.cos((at.lat * Math.PI) / 180);
  let best: { crew: Placed; distance: number } | null = null;
  for (const crew of placedCrews(crews)) {
    const distance = perDegree * Math.hypot(crew.lon - at.lng, (crew.lat - at.lat) * stretch);
    if (distance <= reach && (best === null || distance < best.distance)) best = { crew, distance };
  }
  return best?.crew ?? null;
}

export function describeCrew({ name, kind, status, memberCount, outages, assetId }: CrewOnMap): {
  title: string;
  kind: string;
  facts: { label: string; value: string }[];
} {
  const ids = outages.edges.map(({ node }) => node.assetId);
  return {
    title: name,
    kind: `${humanize(kind)} crew ${assetId}`,
    facts: [
      { label: 'Status', value: humanize(status) },
      { label: 'Members', value: plural(memberCount, 'person', 'people') },
      { label: 'Works on', value: ids.length === 0 ? 'no outage' : ids.join(', ') },
    ],
  };
}
