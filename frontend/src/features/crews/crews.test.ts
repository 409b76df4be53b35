import { describe, expect, it } from 'vitest';

import { crewAt, crewLayers, describeCrew, errands, placedCrews } from './layers';
import type { CrewOnMap } from './queries';

const crew = (assetId: string, change: Partial<CrewOnMap> = {}): CrewOnMap => ({
  id: assetId,
  assetId,
  name: `Crew ${assetId}`,
  kind: 'TROUBLE',
  status: 'AVAILABLE',
  memberCount: 2,
  lon: -95.4,
  lat: 29.7,
  outages: { edges: [] },
  ...change,
});
const busy = crew('CREW-2', {
  status: 'ON_SITE',
  lon: -95.3,
  outages: { edges: [{ node: { id: 'o', assetId: 'OUT-1', lon: -95.2, lat: 29.8 } }] },
});
const lost = crew('CREW-3', { lon: null, lat: null });
const style = { zoom: 9, colour: [1, 2, 3], text: [0, 0, 0], halo: [9, 9, 9], opacity: 1, placement: {} } as const;

describe('crews on the map', () => {
  it('are drawn where they are, and not at all where that is not known', () => {
    expect(placedCrews([crew('CREW-1'), lost]).map(({ assetId }) => assetId)).toEqual(['CREW-1']);
    expect(crewLayers([lost], style)).toEqual([]);
  });

  it('have a line to the outage they work on', () => {
    expect(errands(placedCrews([crew('CREW-1'), busy]))).toEqual([[[-95.3, 29.7], [-95.2, 29.8]]]);
    expect(crewLayers([crew('CREW-1')], style).map(({ id }) => id)).toEqual(['crews']);
    expect(crewLayers([busy], { ...style, zoom: 12 }).map(({ id }) => id)).toEqual(['crew-errands', 'crews', 'crew-names']);
  });

  it('are found under the pointer', () => {
    const crews = [crew('CREW-1'), busy, lost];
    expect(crewAt(crews, { lng: -95.3001, lat: 29.7, zoom: 12 })?.assetId).toBe('CREW-2');
    expect(crewAt(crews, { lng: -95.35, lat: 29.7, zoom: 12 })).toBeNull();
  });

  it('say what they do', () => {
    expect(describeCrew(busy).facts).toEqual([
      { label: 'Status', value: 'On site' },
      { label: 'Members', value: '2 people' },
      { label: 'Works on', value: 'OUT-1' },
    ]);
    expect(describeCrew(crew('CREW-1')).facts[2]?.value).toBe('no outage');
  });
});
