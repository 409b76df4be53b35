import { useEffect, useState } from 'react';
import { useQuery } from 'urql';

import { humanize } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';

import { parsePlace } from './coordinates';
import type { PaletteItem } from './items';
import { PaletteCustomersQuery, PaletteSearchQuery } from './queries';

const DEBOUNCE_MS = 200;
const MIN_LENGTH = 2;
const COUNTY_ZOOM = 9.5;
const PLACE_ZOOM = 14;
const MOST_COUNTIES = 4;

export interface Target {
  assetId: string;
  lon: number | null;
  lat: number | null;
}

export interface FindOptions {
  mayFindCustomers: boolean;
  /** Counties near to this come first: many share a name. */
  near: { lat: number; lng: number } | null;
  /** The page's address of an asset on the map. */
  hrefOf: (target: Target) => string;
  onAsset: (target: Target) => void;
  onPlace: (place: { lat: number; lng: number; zoom: number }) => void;
}

interface Found {
  items: PaletteItem[];
  isSearching: boolean;
  problem: string | null;
}

/** What the server, the base map and the reading of coordinates find for a text. */
export function useFound(text: string, { mayFindCustomers, near, hrefOf, onAsset, onPlace }: FindOptions): Found {
  const trimmed = text.trim();
  const asked = useSettled(trimmed);
  const isCurrent = asked === trimmed;
  const isAsking = asked.length >= MIN_LENGTH;
  const [search] = useQuery({ query: PaletteSearchQuery, variables: { text: asked.slice(0, 100) }, pause: !isAsking });
  const isCustomer = mayFindCustomers && /^cust-/i.test(asked);
  const [customers] = useQuery({ query: PaletteCustomersQuery, variables: { text: asked }, pause: !isCustomer });
  const counties = useCounties(asked, near);

  const items: PaletteItem[] = [];
  const place = parsePlace(trimmed);
  if (place !== null) {
    const { lat, lng } = place;
    items.push({
      id: 'place',
      group: 'Places',
      label: `${lat.toFixed(5)}, ${lng.toFixed(5)}`,
      detail: 'Show this place on the map',
      run: () => onPlace({ lat, lng, zoom: PLACE_ZOOM }),
    });
  }
  if (isCurrent && isAsking) {
    for (const hit of search.data?.search ?? []) {
      const target = { assetId: hit.assetId, lon: hit.lon ?? null, lat: hit.lat ?? null };
      items.push({
        id: hit.assetId,
        group: 'Assets',
        label: hit.title,
        detail: [humanize(hit.kind), hit.assetId, hit.subtitle].filter((part, index, all) => part !== '' && all.indexOf(part) === index).join(' · '),
        href: hrefOf(target),
        run: () => onAsset(target),
      });
    }
    for (const { node } of isCustomer ? (customers.data?.customers.edges ?? []) : []) {
      const { assetId, lon, lat } = node.meter;
      items.push({
        id: node.assetId,
        group: 'Customers',
        label: node.assetId,
        detail: [humanize(node.customerClass), node.city ?? '', `meter ${assetId}`].filter((part) => part !== '').join(' · '),
        run: () => onAsset({ assetId, lon, lat }),
      });
    }
    for (const county of counties) {
      items.push({
        id: `county/${county.name}/${county.lng}`,
        group: 'Places',
        label: `${county.name} County`,
        detail: county.state,
        run: () => onPlace({ lat: county.lat, lng: county.lng, zoom: COUNTY_ZOOM }),
      });
    }
  }
  return {
    items,
    isSearching: trimmed.length >= MIN_LENGTH && (!isCurrent || search.fetching || (isCustomer && customers.fetching)),
    problem: isAsking && search.error !== undefined && !search.fetching ? problemOf(search.error).message : null,
  };
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

interface County {
  name: string;
  state: string;
  lat: number;
  lng: number;
}

/** Counties of the built-in base map by the start of their name. */
function useCounties(text: string, near: FindOptions['near']): readonly County[] {
  const [all, setAll] = useState<readonly County[]>([]);
  const isWanted = /^\p{L}{3}/u.test(text);
  useEffect(() => {
    if (!isWanted || all.length > 0) return;
    const loading = import('../../lib/basemap/atlas').then(({ loadBaseMap }) => loadBaseMap());
    loading.then(
      ({ names }) =>
        setAll(
          names.features
            .filter((each) => each.properties.level === 'county')
            .map(({ geometry, properties }) => ({ name: properties.name, state: properties.state, lng: geometry.coordinates[0] ?? 0, lat: geometry.coordinates[1] ?? 0 })),
        ),
      // Without the base map there are no counties to offer; all else is found.
      () => undefined,
    );
  }, [isWanted, all.length]);
  if (!isWanted) return [];
  const start = text.toLowerCase().replace(/\s+county$/, '');
  const found = all.filter((county) => county.name.toLowerCase().startsWith(start));
  if (near !== null) found.sort((a, b) => distance(a, near) - distance(b, near));
  return found.slice(0, MOST_COUNTIES);
}

/** Good enough to order by: a degree of longitude is as long as at the place compared with. */
function distance(county: County, near: { lat: number; lng: number }): number {
  return Math.hypot(county.lat - near.lat, (county.lng - near.lng) * Math.cos((near.lat * Math.PI) / 180));
}
