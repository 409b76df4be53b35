import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { graphqlFailure, mockClient, renderWith } from '../../../tests/mockClient';
import * as files from '../../lib/download';

import { AmiWorkspace } from './AmiWorkspace';

// jsdom has no layout to draw into; the browser test sees the charts.
vi.mock('../../ui/Chart', () => ({ Chart: ({ label }: { label: string }) => <div role="img" aria-label={label} /> }));

const CHICAGO = 'America/Chicago';
const EVERYTHING = ['grid.view_meter', 'grid.view_transformer', 'grid.view_circuit', 'grid.view_substation', 'grid.view_customer', 'grid.view_outage'];
const MEASURE = { meterCount: 40, coveragePct: 98.25, estimatedPct: 0.5, outageMinutes: 600, isPartial: true };
const GROUPS = [
  { key: 'SUB-1', name: 'DAYTON', usageKwh: 30_000, sharePct: 75, ...MEASURE, meterCount: 25 },
  { key: 'SUB-2', name: 'KATY', usageKwh: 10_000, sharePct: 25, ...MEASURE, meterCount: 14, isPartial: false, coveragePct: 100 },
  { key: 'SUB-3', name: 'ALVIN', usageKwh: null, sharePct: null, ...MEASURE, meterCount: 1, coveragePct: null },
];

/** As it is read: a no-break space is a space. */
function textOf(element: Element | undefined): string {
  return (element?.textContent ?? '').replaceAll('\u00a0', ' ');
}

type Asked = [name: string, variables: Record<string, unknown>];

function answer(name: string, variables: Record<string, unknown>): object | null {
  switch (name) {
    case 'AmiNewestHour':
      return { kpis: [{ key: 'loadMw', dataAsOf: '2026-03-01T05:00:00Z' }] }; // the evening of February 28 in Texas
    case 'AmiUsageSeries':
      return {
        usageSeries: {
          usageKwh: 40_000,
          ...MEASURE,
          points: [
            { start: '2026-02-27T06:00:00Z', end: '2026-02-28T06:00:00Z', usageKwh: 40_000, ...MEASURE },
            { start: '2026-02-28T06:00:00Z', end: '2026-03-01T06:00:00Z', usageKwh: null, ...MEASURE, coveragePct: 0 },
          ],
        },
      };
    case 'AmiUsageBreakdown':
      return { usageBreakdown: { groupCount: 3, totalKwh: 40_000, groups: variables.by === 'SUBSTATION' ? GROUPS : [] } };
    case 'AmiEnergyCosts':
      return { energyCosts: [{ at: '2026-02-27T06:00:00Z', energyKwh: 40_000, pricedKwh: 20_000, costUsd: 500 }] };
    case 'AmiSubstation':
      return { substation: { id: 'x', assetId: variables.id, name: 'DAYTON', zone: { id: 'ZONE-7', name: 'Coast' } } };
    case 'AmiOverloads':
      return { overloadedTransformers: [] };
    default:
      return null;
  }
}

function show({ permissions = EVERYTHING, failing }: { permissions?: string[]; failing?: string } = {}) {
  const asked: Asked[] = [];
  const client = mockClient({
    query: (name, variables) => {
      asked.push([name, variables]);
      if (name === failing) return { error: graphqlFailure('BAD_INPUT', 'The period has 400 days.', 'lastDay') };
      const data = answer(name, variables);
      return data === null ? null : { data };
    },
  });
  const showOnMap = vi.fn();
  const view = renderWith(client, <AmiWorkspace permissions={permissions} timeZone={CHICAGO} search={() => null} showOnMap={showOnMap} />);
  const last = (name: string): Record<string, unknown> | undefined => asked.findLast(([each]) => each === name)?.[1];
  return { ...view, asked, last, showOnMap };
}

describe('analyses of meter readings', () => {
  beforeEach(() => {
    window.history.replaceState(null, '', '/ami');
  });

  it('begin with the fortnight up to the newest local day with readings, and put it into the address', async () => {
    const { last } = show();
    await waitFor(() => expect(window.location.search).toBe('?from=2026-02-15&to=2026-02-28'));
    expect(last('AmiUsageSeries')).toEqual({ firstDay: '2026-02-15', lastDay: '2026-02-28', bucket: 'DAY', filters: {} });
  });

  it('say what is a lower bound and what is not known', async () => {
    show();
    const series = await screen.findByTestId('ami-series');
    expect(textOf(series)).toContain('at least 40.0 MWh');
    expect(textOf(series)).toContain('98.3%the use is a lower bound');
    const rows = within(await screen.findByTestId('ami-groups-table')).getAllByRole('row');
    expect(textOf(rows[1])).toContain('DAYTONat least 30.0 MWh75.0%');
    expect(textOf(rows[2])).not.toContain('at least');
    expect(within(rows[3] as HTMLElement).getAllByLabelText('not known').length).toBe(4);
    expect(textOf(screen.getByTestId('ami-costs'))).toContain('$500of the energy whose price is known');
    expect(textOf(screen.getByTestId('ami-costs'))).toContain('$25.00 per MWh');
  });

  it('lead from a group into what lies in it and back, by the address', async () => {
    const user = userEvent.setup();
    const { last, showOnMap } = show();
    await user.click(await screen.findByRole('button', { name: 'DAYTON' }));
    expect(window.location.search).toContain('of=SUBSTATION:SUB-1');
    expect(last('AmiUsageSeries')?.filters).toEqual({ substationIds: ['SUB-1'] });
    expect(last('AmiUsageBreakdown')).toMatchObject({ by: 'CIRCUIT', filters: { substationIds: ['SUB-1'] } });
    const path = screen.getByTestId('ami-path');
    expect(textOf(path)).toContain('All meters› load zoneCoast› substationDAYTON');
    await user.click(within(path).getByRole('button', { name: 'Show DAYTON on the map' }));
    expect(showOnMap).toHaveBeenCalledWith('SUB-1');
    await user.click(within(path).getByRole('button', { name: 'All meters' }));
    expect(window.location.search).not.toContain('of=');
    expect(last('AmiUsageSeries')?.filters).toEqual({});
  });

  it('sort and hand over all digits of a table', async () => {
    const user = userEvent.setup();
    const saved = vi.spyOn(files, 'download').mockReturnValue();
    show();
    const table = await screen.findByTestId('ami-groups-table');
    const head = within(table).getByRole('columnheader', { name: 'Meters' });
    await user.click(within(head).getByRole('button'));
    await user.click(within(head).getByRole('button'));
    expect(head.getAttribute('aria-sort')).toBe('ascending');
    expect(textOf(within(table).getAllByRole('row')[1])).toContain('ALVIN');
    await user.click(screen.getByRole('button', { name: 'Download the groups as CSV' }));
    const [name, content] = saved.mock.calls[0] ?? [];
    expect(name).toBe('ami-use-by-substation-2026-02-15-2026-02-28.csv');
    expect(content?.split('\r\n')[1]).toBe('DAYTON,SUB-1,30000,75,25,1200,98.25,0.5');
    expect(content?.split('\r\n')[3]).toBe('ALVIN,SUB-3,,,1,,,0.5');
  });

  it('say what the server refuses, and show the rest', async () => {
    show({ failing: 'AmiUsageSeries' });
    expect(textOf(within(await screen.findByTestId('ami-series')).getByRole('alert'))).toContain('The period has 400 days.');
    await screen.findByTestId('ami-groups-table');
  });

  it('leave out what the account may not see', async () => {
    window.history.replaceState(null, '', '/ami?from=2026-02-15&to=2026-02-28');
    const { unmount } = show({ permissions: ['grid.view_transformer'] });
    expect(screen.getAllByRole('tab').map((tab) => tab.textContent)).toEqual(['Transformer loading']);
    await screen.findByText('No load of a transformer is on record for these days');
    unmount();
    show({ permissions: [] });
    screen.getByText('Your account may see no meters and no transformers');
  });

  it('have no accessibility faults', async () => {
    const { container } = show();
    await screen.findByTestId('ami-groups-table');
    expect(await accessibilityFaults(container)).toEqual([]);
  });
});
