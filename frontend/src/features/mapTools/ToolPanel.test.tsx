import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeAll, describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { graphqlFailure, mockClient, renderWith } from '../../../tests/mockClient';
import type { Shape } from '../../lib/geo/shapes';
import { createStore, useStore } from '../../lib/store';
import type { Store } from '../../lib/store';

import { ToolBar } from './ToolBar';
import { ToolPanel } from './ToolPanel';
import { chosen, loaded, NOTHING } from './drawing';
import type { Drawing } from './drawing';

const CIRCLE: Shape = { kind: 'circle', points: [[-95.37, 29.76]], radiusM: 1609.344 };
const ALL = new Set(['grid.view_customer', 'grid.view_circuit', 'grid.view_transformer', 'cascade.add_cascaderun']);
const TRANSFORMER = { kind: 'TRANSFORMER', assetId: 'XFMR-1', title: 'Oak 1', circuitId: 'CKT-1', substationId: 'SUB-1', lon: -95.37, lat: 29.76, attributes: { rated_kva: 50 } };

function answer(name: string): { data: object } {
  switch (name) {
    case 'AreaClass':
      return { data: { assetsIn: { areaKm2: 8.1, classes: [{ kind: 'TRANSFORMER', count: 41, endCursor: 'XFMR-1', hasNextPage: true, assets: [TRANSFORMER] }] } } };
    case 'AreaImpact':
      return {
        data: {
          outageImpact: {
            meters: 300, customers: 280, criticalCustomers: 1, critical: [{ kind: 'HOSPITAL', customers: 1 }], transformers: 41, partialTransformers: 2,
            circuits: [{ circuitId: 'CKT-1', name: 'Oak 01', customers: 280 }], loadKw: null, loadHour: null, transformersWithLoad: 0, buildings: null, buildingsReason: 'Too many meters.',
          },
        },
      };
    default:
      return { data: { patientZero: { groups: [{ kind: 'TRANSFORMER', count: 41 }], outageCount: 0, failedCount: 41, loadMw: 0, generationCapacityMw: 0 } } };
  }
}

function Panel({ store, permissions }: { store: Store<Drawing>; permissions: ReadonlySet<string> }) {
  const drawing = useStore(store);
  return (
    <>
      <ToolBar drawing={drawing} store={store} onZoom={vi.fn()} onHome={vi.fn()} />
      <ToolPanel drawing={drawing} store={store} permissions={permissions} timeZone="UTC" onZoomTo={vi.fn()} onGo={vi.fn()} onFail={vi.fn()} />
    </>
  );
}

function open(drawing: Drawing, options: { permissions?: ReadonlySet<string>; query?: Parameters<typeof mockClient>[0]['query'] } = {}) {
  const store = createStore(drawing);
  const { permissions = ALL, query = answer } = options;
  const { container } = renderWith(mockClient({ query }), <Panel store={store} permissions={permissions} />);
  return { store, container };
}

describe('the tools', () => {
  it('are chosen by their button, and left by it', () => {
    const { store } = open(NOTHING);
    expect(screen.queryByTestId('tool-panel')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Measure a distance' }));
    expect(store.get().tool).toBe('distance');
    expect(screen.getByTestId('tool-distance').getAttribute('aria-pressed')).toBe('true');
    expect(screen.getByTestId('tool-panel').textContent).toContain('Click the places along the way');
    fireEvent.click(screen.getByTestId('tool-distance'));
    expect(store.get().tool).toBe('select');
  });

  it('go from one to the next by arrow keys', () => {
    open(NOTHING);
    screen.getByTestId('tool-select').focus();
    fireEvent.keyDown(screen.getByTestId('map-toolbar'), { key: 'ArrowDown' });
    expect(document.activeElement).toBe(screen.getByTestId('tool-distance'));
  });

  it('draw what is typed, and say what is wrong with it', () => {
    const { store } = open(chosen(NOTHING, 'distance'));
    fireEvent.change(screen.getByTestId('typed-places'), { target: { value: '29, -95' } });
    fireEvent.click(screen.getByTestId('typed-submit'));
    expect(screen.getByTestId('typed-shape').textContent).toContain('Give 2 to 100 places');
    fireEvent.change(screen.getByTestId('typed-places'), { target: { value: '0, 0\n0, 1' } });
    fireEvent.click(screen.getByTestId('typed-submit'));
    expect(store.get().shapes).toHaveLength(1);
    // A degree of the equator, 111,319.49 m, is 69.17 miles.
    expect(screen.getByTestId('measure').textContent).toContain('69.17\u00a0mi');
  });
});

describe('what is inside', () => {
  // It is loaded when it is wanted; a busy machine takes longer for that than a test waits.
  beforeAll(async () => {
    await import('./analysis/AnalysisView');
  });

  it('is counted, and what is not known is said to be so', async () => {
    const { container } = open(loaded(NOTHING, [CIRCLE]));
    await waitFor(() => expect(screen.getByTestId('count-TRANSFORMER').textContent).toBe('41'));
    const concerned = screen.getByTestId('concerned').textContent;
    expect(concerned).toContain('Customers280');
    expect(concerned).toContain('1 (1 hospital)');
    expect(concerned).toContain('Load–');
    expect(concerned).toContain('No load is known of these transformers.');
    expect(concerned).toContain('Buildings: Too many meters.');
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it('is listed twenty at a time', async () => {
    open(loaded(NOTHING, [CIRCLE]));
    await waitFor(() => expect(screen.getByTestId('count-TRANSFORMER').textContent).toBe('41'));
    fireEvent.click(within(screen.getByTestId('inside-TRANSFORMER')).getByRole('button'));
    expect(screen.getByRole('button', { name: 'Oak 1' })).not.toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Next' }));
    expect(screen.getByTestId('inside-TRANSFORMER').textContent).toContain('21 to 21 of 41');
  });

  it('is asked only as far as one may see', async () => {
    const asked: string[] = [];
    open(loaded(NOTHING, [CIRCLE]), {
      permissions: new Set(['grid.view_transformer']),
      query: (name) => {
        asked.push(name);
        return answer(name);
      },
    });
    await waitFor(() => expect(screen.getByTestId('count-TRANSFORMER').textContent).toBe('41'));
    expect(new Set(asked)).toEqual(new Set(['AreaClass']));
    expect(screen.queryByTestId('count-METER')).toBeNull();
  });

  it('says why it is not known', async () => {
    open(loaded(NOTHING, [CIRCLE]), { query: () => ({ error: graphqlFailure('LIMIT_EXCEEDED', 'Too many rows.') }) });
    await waitFor(() => expect(screen.getAllByRole('alert').length).toBeGreaterThan(0));
    expect(screen.getByTestId('analysis').textContent).toContain('Too many rows.');
  });

  it('is not asked anew while a handle is dragged', async () => {
    const asked: unknown[] = [];
    const { store } = open(loaded(NOTHING, [CIRCLE]), {
      query: (name, variables) => {
        asked.push(variables.area);
        return answer(name);
      },
    });
    await waitFor(() => expect(screen.getByTestId('count-TRANSFORMER')).not.toBeNull());
    const before = asked.length;
    act(() => store.set((now) => ({ ...now, held: { shape: 0, handle: 1, before: CIRCLE }, shapes: [{ ...CIRCLE, radiusM: 3218.688 }] })));
    expect(screen.getByTestId('measure').textContent).toContain('Radius2.00\u00a0mi');
    expect(asked.length).toBe(before);
  });
});
