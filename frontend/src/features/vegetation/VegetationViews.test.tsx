import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { mockClient, renderWith } from '../../../tests/mockClient';
import { NoticeBar } from '../../ui/NoticeBar';

import { CycleView } from './CycleView';
import { SpansView } from './SpansView';
import { WorkView } from './WorkView';
import { DEFAULT_ADDRESS } from './address';

const SPAN = {
  __typename: 'SpanAtRisk',
  lineId: 'LINE-1',
  lineKind: 'SECTION',
  circuitId: 'CKT-1',
  deviceId: 'SW-9',
  customers: 120,
  outageMin: 90,
  isRouteApproximate: false,
  route: { type: 'LineString', coordinates: [[-95, 29], [-95, 29.01]] },
  level: 'MEDIUM',
  growInLevel: 'MEDIUM',
  fallInLevel: 'LOW',
  clearanceM: 3.05,
  clearanceDeficitM: -1,
  treeCount: 3,
  strikingCount: 2,
  encroachingCount: 0,
  earliestYears: 1.5,
  strikesPerYear: 0.002,
  customerMinutesPerYear: 21.7,
  customerMinutesLow: 2,
  customerMinutesHigh: 200,
};
const OTHER = { ...SPAN, lineId: 'LINE-2', customers: null, customerMinutesPerYear: null, level: 'CRITICAL' };
const PACKAGE = {
  __typename: 'VegetationWorkPackage',
  id: 'p1',
  assetId: 'LINE-1',
  lon: -95,
  lat: 29,
  treeCount: 3,
  encroachingCount: 1,
  strikingCount: 2,
  level: 'HIGH',
  earliestYears: 0,
  customerMinutesPerYear: 21.7,
  effortH: 2.5,
  computedAt: '2026-01-01T00:00:00Z',
  workOrderId: null,
  circuit: { id: 'c', assetId: 'CKT-1', name: 'Alvin 7' },
};
const CYCLE = {
  cycleYears: 4,
  trimmedTrees: 30,
  trimmedSpans: 20,
  encroachingTrees: 9,
  encroachingSpans: 7,
  encroachingSpansLow: 3,
  encroachingSpansHigh: 15,
  touchingTrees: 2,
  touchingTreesOfUnknownHarm: 0,
  encroachingTreeYears: 4,
  contactTreeYears: 0.5,
  crewHPerYear: 41.6,
  growInFaultsPerYear: null,
  growInCustomerMinutesPerYear: null,
  trimUsdPerYear: null,
  outageUsdPerYear: null,
  totalUsdPerYear: null,
};
const STUDY = {
  treeCount: 40,
  spanCount: 25,
  unknownTreeCount: 2,
  strikesPerYear: 0.05,
  strikeCustomerMinutesPerYear: 300,
  currentCycleYears: 4,
  assumptions: ['Every bare span is visited once.'],
  outcomes: [CYCLE],
};

const ANSWERS: Readonly<Record<string, object>> = {
  VegetationSpans: { spansAtRisk: [SPAN, OTHER] },
  VegetationPackages: {
    vegetationWorkPackages: { totalCount: 1, pageInfo: { hasNextPage: false, endCursor: null }, edges: [{ node: PACKAGE }] },
  },
  VegetationCycles: { trimmingCycles: STUDY },
};

function client(changes = vi.fn<(name: string, variables: Record<string, unknown>) => void>()) {
  return mockClient({
    query: (name) => (ANSWERS[name] === undefined ? null : { data: ANSWERS[name] }),
    mutation: (name, variables) => {
      changes(name, variables);
      return { data: { payload: { __typename: 'WorkOrder', id: 'w', assetId: 'WO-1', status: 'OPEN', version: 1 } } };
    },
  });
}

const PLACES = { bounds: null, onLocate: vi.fn(), onAsset: vi.fn() };

describe('the spans', () => {
  it('are listed with what is unknown as a dash, sorted with the unknown last, and one is chosen', async () => {
    const onChange = vi.fn();
    renderWith(client(), <SpansView address={DEFAULT_ADDRESS} onChange={onChange} {...PLACES} />);
    const names = (): string[] =>
      within(screen.getByTestId('span')).getAllByText(/^LINE-/).map((each) => each.textContent.slice(0, 6));
    expect(names()).toEqual(['LINE-1', 'LINE-2']);
    expect(screen.getByTestId('span-LINE-2').querySelectorAll('td')[2]?.textContent).toBe('–');
    await userEvent.click(screen.getByText('Level', { selector: 'th span' }));
    expect(names()).toEqual(['LINE-2', 'LINE-1']);
    await userEvent.click(screen.getByText('Cust.'));
    expect(names()).toEqual(['LINE-1', 'LINE-2']);
    await userEvent.click(screen.getByText('LINE-2'));
    expect(onChange).toHaveBeenLastCalledWith({ span: 'LINE-2' });
  });

  it('have no accessibility faults', async () => {
    const { container } = renderWith(client(), <SpansView address={DEFAULT_ADDRESS} onChange={vi.fn()} {...PLACES} />);
    expect(await accessibilityFaults(container)).toEqual([]);
  });
});

describe('a work package', () => {
  const show = (permissions: readonly string[], usdPerCrewH: number | null = null) => {
    const changes = vi.fn<(name: string, variables: Record<string, unknown>) => void>();
    renderWith(
      client(changes),
      <>
        <NoticeBar />
        <WorkView
          address={{ ...DEFAULT_ADDRESS, usdPerCrewH }}
          onChange={vi.fn()}
          permissions={new Set(permissions)}
          timeZone="America/Chicago"
          onLocate={vi.fn()}
          orderOf={(id) => id}
        />
      </>,
    );
    return changes;
  };

  it('is ordered for a time of the site, and the order taken back', async () => {
    const changes = show(['grid.add_workorder', 'grid.change_workorder']);
    await userEvent.click(screen.getByTestId('order-package-LINE-1'));
    await userEvent.type(screen.getByTestId('order-scheduled'), '2026-01-05T08:00');
    await userEvent.click(screen.getByTestId('order-submit'));
    expect(changes).toHaveBeenLastCalledWith('CreateVegetationWorkOrder', {
      input: { packageId: 'LINE-1', scheduledAt: '2026-01-05T14:00:00.000Z', note: null },
    });
    await userEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    expect(changes).toHaveBeenLastCalledWith('CancelVegetationWorkOrder', {
      input: { workOrderId: 'WO-1', expectedVersion: 1, note: 'Ordered by mistake' },
    });
  });

  it('costs what an hour of a crew does, or an unknown sum, and is not ordered by a viewer', () => {
    show([]);
    expect(screen.getByTestId('package-LINE-1').textContent).toContain('cost –');
    expect(screen.queryByTestId('order-package-LINE-1')).toBeNull();
  });

  it('costs the hours of the crew', () => {
    show([], 200);
    expect(screen.getByTestId('package-LINE-1').textContent).toContain('cost $500');
  });
});

it('cycles show a dash for costs that nobody gave, and take what one types', async () => {
  const onChange = vi.fn();
  renderWith(client(), <CycleView address={DEFAULT_ADDRESS} onChange={onChange} bounds={null} />);
  const cells = within(screen.getByTestId('cycle-4')).getAllByRole('cell').map((each) => each.textContent);
  expect(cells).toEqual(['4 y', '73–15', '2', '–', '–', '41.6', '–+ –']);
  await userEvent.type(screen.getByTestId('cycle-crew'), '250');
  await vi.waitFor(() => expect(onChange).toHaveBeenLastCalledWith({ usdPerCrewH: 250 }));
  await userEvent.type(screen.getByTestId('cycle-minute'), 'much');
  expect(screen.getByText('0 to 1,000,000')).toBeDefined();
});
