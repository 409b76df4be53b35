import { describe, expect, it, vi } from 'vitest';

import { fetchAll, fetchOutageIds } from './fetchAll';
import { assetsCsv, assetsGeoJson } from './files';
import type { AreaAsset } from './queries';

const POLE: AreaAsset = { kind: 'POLE', assetId: 'POLE-1', title: '=1+1', circuitId: 'CKT-1', substationId: null, lon: -95.1, lat: 29.5, attributes: { height_m: 12.2, material: null } };
const METER: AreaAsset = { ...POLE, kind: 'METER', assetId: 'MTR-1', title: 'MTR-1', attributes: { phases: 'A' } };

describe('the file of an area', () => {
  it('has the attributes of all, leaves the unknown empty and disarms formulas', () => {
    expect(assetsCsv([POLE, METER]).split('\r\n')).toEqual([
      'class,id,title,circuit,substation,longitude,latitude,height_m,material,phases',
      "POLE,POLE-1,'=1+1,CKT-1,,-95.1,29.5,12.2,,",
      'METER,MTR-1,MTR-1,CKT-1,,-95.1,29.5,,,A',
      '',
    ]);
  });

  it('is GeoJSON with longitude first', () => {
    expect(JSON.parse(assetsGeoJson([POLE]))).toEqual({
      type: 'FeatureCollection',
      features: [
        {
          type: 'Feature',
          id: 'POLE-1',
          geometry: { type: 'Point', coordinates: [-95.1, 29.5] },
          properties: { class: 'POLE', title: '=1+1', circuit: 'CKT-1', substation: null, height_m: 12.2, material: null },
        },
      ],
    });
  });
});

describe('fetching all', () => {
  const area = { bbox: [0, 0, 1, 1] };
  const client = (answers: object[]) => {
    const query = vi.fn(() => ({ toPromise: () => Promise.resolve(answers.shift()) }));
    return { query: query as never, calls: query.mock.calls as unknown[][] };
  };
  const page = (assets: AreaAsset[], endCursor: string | null, hasNextPage: boolean) => ({
    data: { assetsIn: { areaKm2: 1, classes: [{ kind: 'POLE', count: 2, assets, endCursor, hasNextPage }] } },
  });

  it('goes through the pages of each class', async () => {
    const server = client([page([POLE], 'POLE-1', true), page([POLE], null, false), page([METER], 'MTR-1', false)]);
    const found = await fetchAll(server, area, ['POLE', 'METER'], { signal: new AbortController().signal, onProgress: vi.fn() });
    expect(found).toEqual([POLE, POLE, METER]);
    expect(server.calls.map(([, variables]) => (variables as { after: string | null }).after)).toEqual([null, 'POLE-1', null]);
  });

  it('ends when it is cancelled, and says what the server says', async () => {
    const abort = new AbortController();
    const server = client([page([POLE], 'POLE-1', true), page([POLE], null, false)]);
    const going = fetchAll(server, area, ['POLE'], { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(going).rejects.toThrow();
    expect(server.calls).toHaveLength(1);
    await expect(fetchAll(client([{}]), area, ['POLE'], { signal: new AbortController().signal, onProgress: vi.fn() })).rejects.toThrow('no answer');
  });

  it('brings all ids that fail', async () => {
    const ids = (outageIds: string[]) => ({ data: { patientZero: { outageIds } } });
    expect(await fetchOutageIds(client([ids(['SUB-1']), ids(['BR-1'])]), area, 2)).toEqual(['SUB-1', 'BR-1']);
    await expect(fetchOutageIds(client([ids([])]), area, 2)).rejects.toThrow('no answer');
  });
});
