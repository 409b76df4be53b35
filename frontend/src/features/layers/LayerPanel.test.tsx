import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { mockClient, renderWith } from '../../../tests/mockClient';

import { LayerPanel } from './LayerPanel';
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
    rowCount: 1234,
    syncedAt: new Date(Date.now() - 300_000).toISOString(),
    dataVersion: 'v1',
    status: 'FRESH',
    legend: VOLTAGE_LEGEND.map((entry) => ({ ...entry, value: null })),
    colourings: [],
    ...change,
  };
}

const LAYERS: MapLayers = {
  sources: [
    source('branches', 'Transmission lines'),
    source('lines', 'Distribution lines', { minZoom: 10, rowCount: null }),
    source('poles', 'Poles'),
    source('switches', 'Switches', { status: 'STALE' }),
  ],
  visible: new Set(['branches', 'lines', 'switches']),
  states: { branches: { phase: 'ready', columns: BRANCHES, error: null } },
  isListed: true,
  isLoading: false,
  problem: null,
  retryLayer: vi.fn(),
  retryList: vi.fn(),
};

function open(
  layers: Partial<MapLayers> = {},
  lineLegend: Parameters<typeof LayerPanel>[0]['lineLegend'] = null,
  colour: Parameters<typeof LayerPanel>[0]['colour'] = 'voltage',
) {
  const onVisible = vi.fn();
  const onColour = vi.fn();
  const panel = renderWith(
    mockClient({}),
    <LayerPanel
      layers={{ ...LAYERS, ...layers }}
      zoom={7}
      colour={colour}
      onColour={onColour}
      onVisible={onVisible}
      lineLegend={lineLegend}
      timeZone="America/Chicago"
    />,
  );
  return { onVisible, onColour, panel };
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
    expect(screen.getByTestId('layer-lines').textContent).toContain('– · zoom in');
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

  it('has no accessibility faults', async () => {
    const { panel } = open();
    expect(await accessibilityFaults(panel.container)).toEqual([]);
  });
});
