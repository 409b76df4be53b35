import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { mockClient, renderWith } from '../../../tests/mockClient';
import { DEFAULT_DISPLAY } from '../../lib/layerDisplay';
import type { LayerDisplay } from '../../lib/layerDisplay';
import type { TileStatuses } from '../../lib/tiles/loader';

import { LayerPanel } from './LayerPanel';
import { openGroups } from './panel/openGroups';
import { openPanel } from './panel/openPanel';
import type { MapLayerInfo } from './queries';
import { BRANCHES, VOLTAGE_LEGEND } from './testColumns';
import type { MapLayers } from './useLayerStates';

function source(key: string, title: string, change: Partial<MapLayerInfo> = {}): MapLayerInfo {
  return {
    key,
    title,
    geometryKind: 'LINE',
    minZoom: 0,
    maxZoom: 24,
    columnsUrl: `/columns/${key}`,
    tilesUrl: `/tiles/${key}/{z}/{x}/{y}.mvt`,
    tilesMaxZoom: 16,
    attributes: [],
    // Rows of other states do not count: an outage that is over, a line out of service.
    rowCount: 9999,
    featureCount: 1234,
    syncedAt: new Date(Date.now() - 300_000).toISOString(),
    dataVersion: 'v1',
    tilesVersion: 't1',
    status: 'FRESH',
    legend: VOLTAGE_LEGEND.map((entry) => ({ ...entry, value: null })),
    colourings: [],
    ...change,
  };
}

const LAYERS: MapLayers = {
  sources: [
    source('branches', 'Transmission lines'),
    source('lines', 'Distribution lines', { minZoom: 10, rowCount: null, featureCount: null }),
    source('poles', 'Poles'),
    source('switches', 'Switches', { status: 'STALE' }),
  ],
  visible: new Set(['branches', 'lines', 'switches']),
  states: { branches: { phase: 'ready', columns: BRANCHES, error: null } },
  isListed: true,
  isLoading: false,
  problem: null,
  retryLayer: vi.fn(),
  refreshLayer: vi.fn(),
  touchLayer: vi.fn(),
  retryList: vi.fn(),
};

function open(
  layers: Partial<MapLayers> = {},
  lineLegend: Parameters<typeof LayerPanel>[0]['lineLegend'] = null,
  colour: Parameters<typeof LayerPanel>[0]['colour'] = 'voltage',
  { display = {}, tiles = {}, isNarrow = false }: { display?: Partial<LayerDisplay>; tiles?: TileStatuses; isNarrow?: boolean } = {},
) {
  const onVisible = vi.fn();
  const onColour = vi.fn();
  const onDisplay = vi.fn();
  const onRefreshTiles = vi.fn();
  const onZoomTo = vi.fn();
  const panel = renderWith(
    mockClient({}),
    <LayerPanel
      layers={{ ...LAYERS, ...layers }}
      shown={layers.states ?? LAYERS.states}
      tiles={tiles}
      display={{ ...DEFAULT_DISPLAY, ...display }}
      onDisplay={onDisplay}
      onRefreshTiles={onRefreshTiles}
      onZoomTo={onZoomTo}
      isNarrow={isNarrow}
      zoom={7}
      colour={colour}
      onColour={onColour}
      onVisible={onVisible}
      lineLegend={lineLegend}
      timeZone="America/Chicago"
    />,
  );
  return { onVisible, onColour, onDisplay, onRefreshTiles, onZoomTo, panel };
}

describe('the layer panel', () => {
  it('says of which hour the ratings in the weather are, and what is not known', () => {
    const at = '2026-06-01T06:00:00+00:00';
    open(
      {
        sources: [
          source('branches', 'Transmission lines', { colourings: [{ attribute: 'weather_loading_pct', at }] }),
          source('lines', 'Distribution lines', { colourings: [{ attribute: 'weather_loading_pct', at: null }] }),
        ],
      },
      null,
      'weather',
    );
    const text = screen.getByTestId('rated-hour').textContent;
    expect(text).toContain('Circuits: hour unknown');
    expect(text).toMatch(/base-case flows: .*01:00/);
    const legend = within(screen.getByRole('list', { name: 'Legend of Transmission lines' }));
    expect(legend.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
      'below 60%',
      '60 to 80%',
      '80 to 100%',
      'above 100%',
      'unknown',
    ]);
  });

  it('shows counts, freshness and legend; an unknown count as unknown', () => {
    open();
    const branches = screen.getByTestId('layer-branches').textContent;
    // Of a whole layer the rows drawn are counted: the cache may hold others.
    expect(branches).toContain('3 · 5\u00a0min');
    expect(screen.getByTestId('layer-poles').textContent).toContain('1,234');
    expect(branches).toContain('345 kV');
    expect(screen.getByTestId('layer-switches').textContent).toContain('1,234 · 5\u00a0min · stale');
    expect(screen.getByTestId('layer-lines').textContent).toContain('–Not drawn from afarfrom zoom 10');
  });

  it('tells an account that may see no layer from a list still loading', () => {
    const { panel } = open({ sources: [], isListed: false });
    expect(screen.getByTestId('loading-state')).toBeTruthy();
    panel.unmount();
    open({ sources: [], isListed: true });
    expect(screen.getByText('No layers')).toBeTruthy();
  });

  it('switches layers on and off', async () => {
    const { onVisible } = open();
    const user = userEvent.setup();
    await user.click(screen.getByRole('checkbox', { name: 'Poles' }));
    expect(onVisible).toHaveBeenLastCalledWith(['branches', 'lines', 'poles', 'switches']);
    await user.click(screen.getByRole('checkbox', { name: 'Transmission lines' }));
    expect(onVisible).toHaveBeenLastCalledWith(['lines', 'switches']);
  });

  it('switches the colour of lines', async () => {
    const { onColour } = open();
    await userEvent.setup().click(screen.getByTestId('colour-loading'));
    expect(onColour).toHaveBeenCalledWith('loading');
  });

  it('shows a failed layer with a way to retry it', async () => {
    const retryLayer = vi.fn();
    open({ retryLayer, states: { branches: { phase: 'error', columns: null, error: { code: 'X', message: 'No data.' } } } });
    const row = within(screen.getByTestId('layer-branches'));
    expect(row.getByRole('alert').textContent).toContain('No data.');
    await userEvent.setup().click(row.getByRole('button', { name: 'Try again' }));
    expect(retryLayer).toHaveBeenCalledWith('branches');
  });

  it('explains the lines of a run instead while one is shown', () => {
    open({}, [{ label: 'Tripped in wave 1', colour: [1, 2, 3], shape: 'line' }]);
    expect(screen.getByTestId('layer-branches').textContent).toContain('Tripped in wave 1');
    expect(screen.getByTestId('layer-branches').textContent).not.toContain('345 kV');
    expect(screen.getByTestId('colour-loading')).toHaveProperty('disabled', true);
  });

  describe('of tiles', () => {
    const buildings = source('buildings', 'Buildings', {
      columnsUrl: null,
      geometryKind: 'POLYGON',
      legend: [
        { label: 'Residential', color: '#9aa9b8', minimum: null, value: 'RESIDENTIAL' },
        { label: 'Industrial', color: '#cdb0e8', minimum: null, value: 'INDUSTRIAL' },
      ],
    });
    const shown = { sources: [buildings], visible: new Set(['buildings']), states: {} };

    it('tells how long they took and loads them anew', async () => {
      const ready = { phase: 'ready' as const, ms: 321.4, tileCount: 6, message: null };
      const { onRefreshTiles, onDisplay } = open(shown, null, 'voltage', { tiles: { buildings: ready } });
      const user = userEvent.setup();
      await user.click(screen.getByTestId('options-buildings'));
      expect(screen.getByTestId('load-time-buildings').textContent).toBe('6 tiles in 321\u00a0ms');
      await user.click(screen.getByRole('button', { name: 'Load Buildings anew' }));
      expect(onRefreshTiles).toHaveBeenCalledWith('buildings');
      screen.getByRole('slider', { name: 'Opacity of Buildings' }).focus();
      await user.keyboard('{ArrowLeft}');
      expect(onDisplay).toHaveBeenLastCalledWith({ opacity: { buildings: 90 } });
    });

    it('filters by the classes of the legend and takes filters off again', async () => {
      const user = userEvent.setup();
      const first = open(shown);
      await user.click(screen.getByTestId('options-buildings'));
      await user.click(screen.getByRole('button', { name: 'Industrial' }));
      expect(first.onDisplay).toHaveBeenLastCalledWith({ filters: { 'buildings.building_use': ['INDUSTRIAL'] } });
      first.panel.unmount();
      const filters = { 'buildings.building_use': ['INDUSTRIAL'] };
      const second = open(shown, null, 'voltage', { display: { filters } });
      expect(screen.getByTestId('filter-chips').textContent).toContain('Buildings · Use: Industrial');
      await user.click(screen.getByTestId('reset-filters'));
      expect(second.onDisplay).toHaveBeenLastCalledWith({ filters: {} });
    });

    it('says why tiles are missing', () => {
      const failed = { phase: 'error' as const, ms: 10, tileCount: 1, message: 'Not made yet.' };
      open(shown, null, 'voltage', { tiles: { buildings: failed } });
      expect(within(screen.getByTestId('layer-buildings')).getByRole('alert').textContent).toContain('Not made yet.');
    });
  });

  it('says from where on a layer appears, what stands for it until then, and goes there', async () => {
    const meters = source('meters', 'Meters', { geometryKind: 'POINT', minZoom: 13 });
    const shown = { sources: [meters], visible: new Set(['meters']), states: {} };
    const { onZoomTo, panel } = open(shown);
    const row = within(screen.getByTestId('layer-meters'));
    expect(row.getByTestId('afar-meters').textContent).toBe('Counted in discs');
    expect(row.getByRole('list', { name: 'Legend of Meters' }).textContent).toContain('the larger the disc, the more');
    await userEvent.setup().click(row.getByRole('button', { name: /zoom 13/ }));
    expect(onZoomTo).toHaveBeenCalledWith(13);
    panel.unmount();
    // Discs would count the others, too.
    open(shown, null, 'voltage', { display: { filters: { 'meters.customer_class': ['RESIDENTIAL'] } } });
    expect(screen.getByTestId('afar-meters').textContent).toBe('Not drawn from afar');
  });

  it('is folded on a narrow map until one unfolds it, which is remembered apart from wide ones', async () => {
    const user = userEvent.setup();
    const first = open({}, null, 'voltage', { isNarrow: true });
    const button = screen.getByRole('button', { name: 'Layers · 3 on' });
    expect(button.getAttribute('aria-expanded')).toBe('false');
    await user.click(button);
    expect(screen.getByRole('checkbox', { name: 'Poles' })).toBeTruthy();
    first.panel.unmount();
    expect(openPanel.get()).toEqual({ narrow: true, wide: null });
    open({}, null, 'voltage', { isNarrow: true });
    expect(screen.getByRole('button', { name: 'Layers' }).getAttribute('aria-expanded')).toBe('true');
    openPanel.set({ narrow: null, wide: null });
  });

  it('folds groups and remembers it', async () => {
    open();
    const heading = screen.getByRole('button', { name: /Network/ });
    expect(heading.getAttribute('aria-expanded')).toBe('true');
    await userEvent.setup().click(heading);
    expect(heading.getAttribute('aria-expanded')).toBe('false');
    expect(screen.queryByRole('checkbox', { name: 'Poles' })).toBeNull();
    expect(openGroups.get().network).toBe(false);
    openGroups.set((groups) => ({ ...groups, network: true }));
  });

  it('has no accessibility faults', async () => {
    const { panel } = open();
    expect(await accessibilityFaults(panel.container)).toEqual([]);
  });
});
