import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { graphqlFailure, mockClient, renderWith } from '../../../tests/mockClient';

import { TopologyWorkspace } from './TopologyWorkspace';
import { effectOf, stateOf } from './testEffect';
import { feeder, OWN } from './testFeeder';

const EVERYTHING = ['grid.view_circuit', 'grid.view_dataqualityfinding'];
const RECLOSER = 'SW-1-01-0003';
const TIE = 'SW-2-01-0004';

type Asked = [name: string, variables: Record<string, unknown>];

const records = feeder();
const END = { hasNextPage: false, endCursor: null };
const pageOf = (rows: readonly object[]): object => ({ totalCount: rows.length, pageInfo: END, edges: rows.map((node) => ({ node: { id: 'x', ...node } })) });
const COUNTS = { sectionCount: 1, switchCount: 0, transformerCount: 1, meterCount: 9, customerCount: 15, criticalCustomerCount: 2 };

const CIRCUIT = {
  id: 'c',
  ...OWN,
  voltageKv: 34.5,
  conductorType: '795 AAC',
  ratedA: 600,
  ratedMva: 30,
  lengthKm: 1,
  peakLoadMw: 12,
  transformerCount: 5,
  customerCount: 55,
  substation: { id: 's', assetId: 'SUB-1', name: 'KATY' },
  operatingStatus: { id: 'o', loadHour: null, loadMva: null, loadingPct: null, loadCoveragePct: null, customers: 55, customersOut: 0, activeOutages: 0 },
};

function answer(name: string, variables: Record<string, unknown>): object | null {
  const filters = variables.filters as { circuitId?: object } | undefined;
  switch (name) {
    case 'TopologyCircuit':
      return { circuit: variables.assetId === OWN.assetId ? CIRCUIT : null };
    case 'TopologySections':
      return { circuit: { id: 'c', sections: pageOf(records.sections) } };
    case 'TopologyUnits':
      return { circuit: { id: 'c', transformers: pageOf(records.units) } };
    case 'TopologySwitches':
      return { switches: pageOf(records.switches.filter(({ circuit }) => (circuit === OWN) === (filters?.circuitId !== undefined))) };
    case 'TopologyOffNormal':
      return { trace: { assetId: OWN.assetId, positions: 'PRESENT', isFed: true, switchesOffNormal: ['SW-1-01-0002'] } };
    case 'TopologyTrace':
      return {
        trace: {
          assetId: variables.assetId,
          kind: variables.kind,
          positions: variables.positions,
          isFed: true,
          substationIds: [],
          steps: [],
          assets: { ...COUNTS, sectionIds: ['LINE-1-01-0006'], switchIds: [], transformerIds: [] },
        },
      };
    case 'TopologyEffect':
      return {
        switchingEffect: effectOf({
          loses: { customerCount: 15, criticalCustomerCount: 2, transformerCount: 1, transformerIds: [] },
          circuits: [{ circuitId: OWN.assetId, ratedMva: 30, before: stateOf({ loadKva: 12_000, loadingPct: 40 }), after: stateOf({ loadKva: 9_000, loadingPct: 30 }) }],
        }),
      };
    case 'TopologyCircuits':
      return { circuits: pageOf([{ ...CIRCUIT, switches: { totalCount: 3 } }]) };
    default:
      return null;
  }
}

function show(path: string, { permissions = EVERYTHING, failing }: { permissions?: string[]; failing?: string } = {}) {
  window.history.replaceState(null, '', path);
  const asked: Asked[] = [];
  const client = mockClient({
    query: (name, variables) => {
      asked.push([name, variables]);
      if (name === failing) return { error: graphqlFailure('DATABASE_UNAVAILABLE', 'The database is away.') };
      const data = answer(name, variables);
      return data === null ? null : { data };
    },
  });
  const showOnMap = vi.fn();
  const view = renderWith(
    client,
    <TopologyWorkspace permissions={permissions} timeZone="America/Chicago" search={() => null} quality={<p>findings</p>} mapHref={(id) => `/?sel=${id}`} showOnMap={showOnMap} />,
  );
  const last = (name: string): Record<string, unknown> | undefined => asked.findLast(([each]) => each === name)?.[1];
  return { ...view, asked, last, showOnMap };
}

const part = (key: string): Promise<HTMLElement> => screen.findByTestId(`part-${key}`);

describe('the topology', () => {
  beforeEach(() => {
    // jsdom has no layout: the drawing is given a place.
    vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1_000);
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
    vi.stubGlobal(
      'ResizeObserver',
      class {
        constructor(private readonly seen: () => void) {}
        observe(): void {
          this.seen();
        }
        unobserve(): void {}
        disconnect(): void {}
      },
    );
  });

  it('lists the circuits to choose from', async () => {
    show('/topology');
    const row = await screen.findByTestId(`circuit-${OWN.assetId}`);
    expect(within(row).getAllByRole('cell').map((cell) => cell.textContent)).toEqual(['Katy 01 CKT-1-01', 'KATY', '34.5', '55', '0', '–', 'unknown', '12.00\u00a0MW', '3']);
    expect(within(row).getByRole('link', { name: 'Katy 01' }).getAttribute('href')).toBe('/topology?of=CKT-1-01');
  });

  it('draws a circuit with its switches as last heard, and as normal', async () => {
    const { container } = show(`/topology?of=${OWN.assetId}`);
    expect((await part('SW-1-01-0002')).dataset.position).toBe('open');
    expect((await part('SW-1-01-0002')).getAttribute('aria-label')).toBe('Fuse SW-1-01-0002, open, normally closed, not in its normal position');
    expect((await part('LINE-1-01-0003')).dataset.supply).toBe('NONE');
    expect((await part('LINE-1-01-0006')).dataset.supply).toBe('OWN');
    expect((await part(TIE)).getAttribute('aria-label')).toContain('open, normally open, tie to circuit Alvin 01');
    expect(await accessibilityFaults(container)).toEqual([]);
    await userEvent.click(screen.getByTestId('choose-NORMAL'));
    expect((await part('SW-1-01-0002')).dataset.position).toBe('closed');
    expect(window.location.search).toContain('positions=normal');
  });

  it('goes through the parts by the arrow keys, and shows what is chosen', async () => {
    const { showOnMap } = show(`/topology?of=${OWN.assetId}`);
    const breaker = await part('SW-1-01-0001');
    expect(breaker.getAttribute('tabindex')).toBe('0');
    act(() => breaker.focus());
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{Enter}');
    expect(window.location.search).toContain(`sel=${RECLOSER}`);
    expect(screen.getByTestId('element-title').textContent).toBe(RECLOSER);
    expect((await part(RECLOSER)).getAttribute('aria-pressed')).toBe('true');
    await userEvent.click(screen.getByTestId('ask-DOWNSTREAM'));
    expect((await screen.findByTestId('trace-result')).textContent).toContain('Customers15Of them critical2');
    await userEvent.click(screen.getByTestId('show-on-map'));
    expect(showOnMap).toHaveBeenCalledWith(RECLOSER);
  });

  it('studies switching step by step, with undo and redo, in the address', { timeout: 60_000 }, async () => {
    const { last } = show(`/topology?of=${OWN.assetId}&positions=normal`);
    fireEvent.doubleClick(await part(RECLOSER));
    expect(window.location.search).toContain(`do=open~${RECLOSER}`);
    expect((await part('LINE-1-01-0006')).dataset.supply).toBe('NONE');
    expect(screen.getByTestId('study-mark').textContent).toContain('nothing is operated');
    await waitFor(() => expect(last('TopologyEffect')).toEqual({ opened: [RECLOSER], closed: [], positions: 'NORMAL', loadBasis: 'NEWEST' }));
    expect((await screen.findByTestId('study-problems')).textContent).toContain('15 customers behind 1 transformer lose supply, 2 of them critical.');
    expect(screen.getByTestId(`effect-${OWN.assetId}`).textContent).toContain('40%');

    fireEvent.doubleClick(await part(TIE));
    await waitFor(() => expect(last('TopologyEffect')).toMatchObject({ opened: [RECLOSER], closed: [TIE] }));
    expect((await part('LINE-1-01-0006')).dataset.supply).toBe('TIED');
    await userEvent.keyboard('{Control>}z{/Control}');
    expect(window.location.search).not.toContain(TIE);
    await userEvent.click(screen.getByTestId('study-redo'));
    expect(window.location.search).toContain(`do=open~${RECLOSER},close~${TIE}`);
    await userEvent.click(screen.getByTestId('study-clear'));
    expect(window.location.search).not.toContain('do=');
    expect(screen.queryByTestId('study-mark')).toBeNull();
  });

  it('says what failed, and what there is not', async () => {
    show(`/topology?of=${OWN.assetId}`, { failing: 'TopologyUnits' });
    expect((await screen.findByTestId('error-state')).textContent).toContain('The database is away.');
  });

  it('offers what the account may see', async () => {
    const { unmount } = show('/topology', { permissions: ['grid.view_circuit'] });
    expect(screen.queryByRole('tab', { name: 'Data quality' })).toBeNull();
    unmount();
    show('/topology?of=CKT-9-99');
    expect((await screen.findByTestId('empty-state')).textContent).toContain('CKT-9-99 was not found');
    expect(screen.getByRole('tab', { name: 'Data quality' })).not.toBeNull();
  });
});
