import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { graphqlFailure, mockClient, renderWith } from '../../../tests/mockClient';
import { hottestHour, loadChartOption } from '../../ui/TransformerLoadChart';
import { COLOURS } from '../../ui/palette';

import { AssetCard } from './AssetCard';
import type { CardActions } from './cardActions';
import { canFail, kindOf } from './kinds';

type QueryAnswer = Parameters<typeof mockClient>[0]['query'];

const ALPHA = { id: 'a', assetId: 'SUB-1', name: 'Alpha' };
const BRAVO = { id: 'b', assetId: 'SUB-2', name: 'Bravo' };
const LINE = {
  id: 'x',
  assetId: 'BR-1',
  kind: 'LINE',
  baseKv: 345,
  ratingMva: null,
  baseFlowMw: 120,
  baseLoadingPct: null,
  fromSubstation: ALPHA,
  toSubstation: BRAVO,
  lengthKm: 12.3,
  isRatingAdjusted: false,
  sourceRatingMva: null,
  inService: true,
  fromBus: { id: '1', assetId: 'BUS-1', baseKv: 345 },
  toBus: { id: '2', assetId: 'BUS-2', baseKv: 345 },
};
const SUBSTATION = {
  ...BRAVO,
  lon: -95,
  lat: 29,
  zone: null,
  interconnect: 'Texas',
  maxKv: 345,
  minKv: 138,
  capacityMva: null,
  loadMw: 98.1,
  generationCapacityMw: 0,
  status: 'IN_SERVICE',
  circuits: { totalCount: 0, edges: [] },
  branchesFrom: { totalCount: 0, edges: [] },
  branchesTo: { totalCount: 1, edges: [{ node: LINE }] },
};
const METER = {
  id: 'm',
  assetId: 'MTR-1',
  lon: -95,
  lat: 29,
  customerClass: 'RESIDENTIAL',
  phases: 'A',
  status: 'IN_PROGRESS',
  circuit: { id: 'c', assetId: 'CKT-1', name: 'Circuit 1' },
  transformer: { id: 't', assetId: 'XFMR-1', name: 'Transformer 1' },
};

function open(assetId: string, query: QueryAnswer, change: Partial<CardActions> = {}) {
  const actions: CardActions = {
    onClose: vi.fn(),
    onSelect: vi.fn(),
    onLocate: vi.fn(),
    onFail: vi.fn(),
    isFailing: () => false,
    onTraced: vi.fn(),
    timeZone: 'America/Chicago',
    permissions: new Set(),
    onGo: vi.fn(),
    onAsk: vi.fn(),
    pins: [],
    onPin: vi.fn(),
    ...change,
  };
  const card = renderWith(mockClient({ query }), <AssetCard assetId={assetId} actions={actions} />);
  return { actions, card };
}

describe('asset kinds', () => {
  it('come from the natural key', () => {
    expect(['SUB-1', 'BR-1', 'BUS-1', 'XFMR-1', 'MTR-9', 'toString-1', 'SUB', ''].map(kindOf)).toEqual([
      'substation',
      'branch',
      'bus',
      'transformer',
      'meter',
      null,
      null,
      null,
    ]);
    expect(['SUB-1', 'BR-1', 'BUS-1', 'XFMR-1'].filter(canFail)).toEqual(['SUB-1', 'BR-1', 'BUS-1']);
  });
});

describe('the card of a line', () => {
  it('calls a missing rating unlimited and its loading unknown', () => {
    open('BR-1', () => ({ data: { branch: LINE } }));
    const text = screen.getByTestId('asset-card').textContent;
    expect(text).toContain('Alpha to Bravo');
    expect(text).toContain('Ratingunlimited');
    expect(text).toContain('Base loadingunknown');
  });

  it('makes it an initial outage, once', async () => {
    const { actions } = open('BR-1', () => ({ data: { branch: LINE } }));
    await userEvent.setup().click(screen.getByTestId('fail-this'));
    expect(actions.onFail).toHaveBeenCalledWith('BR-1', 'Alpha to Bravo');
  });

  it('says so when it is one already', () => {
    open('BR-1', () => ({ data: { branch: LINE } }), { isFailing: () => true });
    expect(screen.getByTestId('fail-this')).toHaveProperty('disabled', true);
  });

  it('says when its rating was raised', () => {
    open('BR-1', () => ({ data: { branch: { ...LINE, isRatingAdjusted: true, sourceRatingMva: 100, ratingMva: 126 } } }));
    expect(screen.getByTestId('asset-card').textContent).toContain('The source rates it 100\u00a0MVA');
  });

  it('says which end lies outside the zones of the viewer', () => {
    open('BR-1', () => ({ data: { branch: { ...LINE, toSubstation: null, toBus: null } } }));
    const text = screen.getByTestId('asset-card').textContent;
    expect(text).toContain('Alpha to outside your zones');
    expect(text).toContain('BusesBUS-1, outside your zones');
  });
});

describe('the card of a substation', () => {
  it('counts flow out of it positive and leads to the far end', async () => {
    const { actions } = open('SUB-2', () => ({ data: { substation: SUBSTATION } }));
    const link = screen.getByRole('button', { name: 'Alpha' });
    expect(link.closest('tr')?.textContent).toContain('-120.0');
    await userEvent.setup().click(link);
    expect(actions.onSelect).toHaveBeenCalledWith('BR-1');
  });

  it('names a line by its id and keeps its direction when the far end is outside the zones of the viewer', () => {
    const branchesTo = { totalCount: 1, edges: [{ node: { ...LINE, fromSubstation: null } }] };
    open('SUB-2', () => ({ data: { substation: { ...SUBSTATION, branchesTo } } }));
    expect(screen.getByRole('button', { name: 'Line BR-1' }).closest('tr')?.textContent).toContain('-120.0');
  });

  it('has no accessibility faults', async () => {
    const { card } = open('SUB-2', () => ({ data: { substation: SUBSTATION } }));
    expect(await accessibilityFaults(card.container)).toEqual([]);
  });
});

describe('the card of a meter', () => {
  it('shows the meter although its customers are refused', () => {
    open('MTR-1', (name) =>
      name === 'MeterCard' ? { data: { meter: METER } } : { error: graphqlFailure('PERMISSION_DENIED', 'You need the permission grid.view_customer.') },
    );
    expect(screen.getByText('Residential')).toBeTruthy();
    expect(screen.getByText('You need the permission grid.view_customer.')).toBeTruthy();
  });
});

describe('a card without its asset', () => {
  it('says when there is none, when it failed, and when the id is none', () => {
    open('SUB-9', () => ({ data: { substation: null } }));
    expect(screen.getByText('SUB-9 was not found')).toBeTruthy();
    open('SUB-8', () => ({ error: graphqlFailure('DATABASE_UNAVAILABLE', 'PostgreSQL is away.') }));
    expect(screen.getByRole('alert').textContent).toContain('PostgreSQL is away.');
    open('FOO-1', () => null);
    expect(screen.getByText('FOO-1 is no asset of the grid')).toBeTruthy();
  });

  it('holds its place while loading', () => {
    open('SUB-7', () => null);
    expect(screen.getByRole('status', { name: 'Loading SUB-7' })).toBeTruthy();
  });
});

describe('the load chart', () => {
  const points = [
    { at: '2026-01-01T00:00:00Z', loadKva: 10, loadingPct: 40 },
    { at: '2026-01-01T01:00:00Z', loadKva: null, loadingPct: null },
    { at: '2026-01-01T02:00:00Z', loadKva: 30, loadingPct: 120 },
  ];

  it('keeps a gap where there is no reading, and room for peak and rating', () => {
    const option = loadChartOption(points, 25, COLOURS.dark);
    const series = Array.isArray(option.series) ? option.series[0] : option.series;
    expect(series?.data).toEqual([
      [Date.parse('2026-01-01T00:00:00Z'), 10],
      [Date.parse('2026-01-01T01:00:00Z'), null],
      [Date.parse('2026-01-01T02:00:00Z'), 30],
    ]);
    const topKva = (ratedKva: number) => (loadChartOption(points, ratedKva, COLOURS.dark).yAxis as { max: number }[])[0]?.max;
    expect(topKva(25)).toBeCloseTo(33, 9);
    expect(topKva(100)).toBeCloseTo(110, 9);
  });

  it('shows the hot spot on its own axis once it is known, and names its hottest hour', () => {
    const isHeatShown = (some: Parameters<typeof loadChartOption>[0]) =>
      (loadChartOption(some, 25, COLOURS.dark).yAxis as { show?: boolean }[])[1]?.show;
    expect(isHeatShown(points)).toBe(false);
    expect(hottestHour(points)).toBeNull();
    const heated = points.map((point, hour) => ({ ...point, hotSpotC: [61, null, 118.4][hour] ?? null }));
    expect(isHeatShown(heated)).toBe(true);
    expect(hottestHour(heated)?.at).toBe('2026-01-01T02:00:00Z');
    const series = loadChartOption(heated, 25, COLOURS.dark).series as { data: [number, number | null][] }[];
    expect(series[1]?.data.map(([, value]) => value)).toEqual([61, null, 118.4]);
  });
});

describe('the traces of an asset', () => {
  const TRACE = {
    assetId: 'MTR-1',
    kind: 'UPSTREAM',
    isFed: true,
    positions: 'PRESENT',
    switchesOffNormal: ['SW-9'],
    geometry: { type: 'MultiLineString', coordinates: [[[-95, 29], [-95.1, 29]]] },
    assets: {
      sectionCount: 1,
      switchCount: 2,
      transformerCount: 0,
      meterCount: 0,
      customerCount: 1234,
      criticalCustomerCount: 5,
    },
  };
  const meterCard = (name: string) => (name === 'MeterCard' ? { data: { meter: METER } } : null);
  const answer: QueryAnswer = (name, variables) => {
    if (name !== 'AssetTrace') return meterCard(name);
    return { data: { trace: { ...TRACE, kind: variables.kind } } };
  };

  it('are counted, and their lines go to the map until they are put away', async () => {
    const { actions } = open('MTR-1', answer);
    const user = userEvent.setup();
    await user.click(screen.getByTestId('trace-LOST_IF_OPENED'));
    const text = screen.getByTestId('trace-result').textContent;
    expect(text).toContain('Customers1,234');
    expect(text).toContain('Of them critical5');
    expect(text).toContain('1 not in their normal position');
    expect(actions.onTraced).toHaveBeenLastCalledWith([[[-95, 29], [-95.1, 29]]]);

    await user.click(screen.getByTestId('trace-LOST_IF_OPENED'));
    expect(screen.queryByTestId('trace-result')).toBeNull();
    expect(actions.onTraced).toHaveBeenLastCalledWith(null);
  });

  it('say when there is no supply, and why a trace failed', async () => {
    open('MTR-1', (name) =>
      name === 'AssetTrace'
        ? { data: { trace: { ...TRACE, isFed: false, geometry: null } } }
        : meterCard(name),
    );
    await userEvent.setup().click(screen.getByTestId('trace-UPSTREAM'));
    expect(screen.getByTestId('trace-result').textContent).toContain('It has no supply now.');
  });

  it('are not offered of a bus', () => {
    open('BUS-1', () => null);
    expect(screen.queryByTestId('trace-UPSTREAM')).toBeNull();
  });
});
