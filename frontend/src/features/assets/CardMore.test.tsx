import { fireEvent, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { mockClient, renderWith } from '../../../tests/mockClient';

import { CardMore } from './CardMore';
import { PinButton } from './PinButton';
import { CardActionsContext } from './cardActions';
import type { CardActions } from './cardActions';

const ALL = ['grid.view_circuit', 'grid.view_transformer', 'grid.view_outage', 'grid.view_customer', 'grid.view_treerisk', 'agent.use_assistant'];
const meter = (i: number) => ({ node: { id: `m${i}`, assetId: `MTR-${i}`, lon: -95, lat: 29, customerClass: 'RESIDENTIAL' } });
const tree = { id: 't', assetId: 'TREE-1', lon: -95, lat: 29, commonName: 'Water oak', level: 'CRITICAL', distanceM: 3.2, heightM: 18, reachM: 18, overstrikeM: 4, customerMinutesPerYear: null };

function open(permissions: readonly string[], pins: readonly string[] = []) {
  const asked: { name: string; variables: Record<string, unknown> }[] = [];
  const actions: CardActions = {
    onClose: vi.fn(), onSelect: vi.fn(), onLocate: vi.fn(), onFail: vi.fn(), isFailing: () => false, onTraced: vi.fn(), timeZone: 'UTC',
    permissions: new Set(permissions), onGo: vi.fn(), onAsk: vi.fn(), pins, onPin: vi.fn(),
  };
  const query = (name: string, variables: Record<string, unknown>) => {
    asked.push({ name, variables });
    if (name === 'TransformerMeters') {
      const edges = [meter(1), meter(2)];
      return { data: { transformer: { id: 'x', pole: null, line: { id: 'l', assetId: 'LINE-1', lineClass: 'LATERAL' }, meters: { totalCount: 22, pageInfo: { endCursor: 'c20', hasNextPage: true }, edges } } } };
    }
    if (name === 'TreesNear') return { data: { all: { totalCount: 7, edges: [{ node: tree }] }, critical: { totalCount: 2 } } };
    return { data: { outageImpact: { meters: 12, customers: 11, criticalCustomers: 0, transformers: 1, loadKw: null, loadHour: null, transformersWithLoad: 0 } } };
  };
  const { container } = renderWith(
    mockClient({ query }),
    <CardActionsContext value={actions}>
      <PinButton assetId="XFMR-1" />
      <CardMore assetId="XFMR-1" kind="transformer" at={{ lon: -95, lat: 29 }} circuitId="CKT-1" />
    </CardActionsContext>,
  );
  return { actions, asked, container };
}

describe('more of a card', () => {
  it('leads to the same asset elsewhere', () => {
    const { actions } = open(ALL);
    const hrefs = screen.getAllByRole('link').map((link) => link.getAttribute('href'));
    expect(hrefs).toEqual(['/topology?of=CKT-1&sel=XFMR-1', '/assets/XFMR-1', '/outages?show=all&circuit=CKT-1']);
    fireEvent.click(screen.getByTestId('ask-assistant'));
    expect(actions.onAsk).toHaveBeenCalled();
  });

  it('offers what one may see alone, and asks for nothing before it is opened', () => {
    const { asked } = open([]);
    expect(screen.queryAllByRole('link')).toEqual([]);
    expect(screen.queryByRole('button', { name: 'Trees near it' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Customers behind it' })).toBeNull();
    expect(asked).toEqual([]);
  });

  it('lists what is connected twenty at a time, and goes there', async () => {
    const { actions, asked, container } = open(ALL);
    fireEvent.click(screen.getByRole('button', { name: 'Meters, pole and line' }));
    fireEvent.click(screen.getByRole('button', { name: 'MTR-1' }));
    expect(actions.onGo).toHaveBeenCalledWith('MTR-1', expect.objectContaining({ lon: -95, lat: 29 }));
    expect(container.textContent).toContain('1 to 2 of 22');
    fireEvent.click(screen.getByRole('button', { name: 'Next' }));
    expect(asked.at(-1)?.variables).toEqual({ assetId: 'XFMR-1', after: 'c20' });
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it('tells of the trees within 100 m and where they fall', () => {
    const { asked } = open(ALL);
    fireEvent.click(screen.getByRole('button', { name: 'Trees near it' }));
    expect(asked.at(-1)?.variables).toEqual({ area: { circle: { lon: -95, lat: 29, radiusM: 100 } } });
    const text = screen.getByTestId('trees-near').textContent;
    // 3.2 m are 10.5 ft, 18 m are 59.1 ft, 100 m are 328.1 ft.
    expect(text).toContain('Trees within 328\u00a0ft7');
    expect(text).toContain('Of them critical2');
    expect(text).toContain('Water oak, critical: 10\u00a0ft from its nearest line, falls as far as 59\u00a0ft, onto a line; –');
  });

  it('counts the customers behind it', () => {
    open(ALL);
    fireEvent.click(screen.getByRole('button', { name: 'Customers behind it' }));
    expect(screen.getByTestId('customers-behind').textContent).toContain('Customers11');
    expect(screen.getByTestId('customers-behind').textContent).toContain('Load–');
  });
});

describe('the pin', () => {
  it('pins, and says so', () => {
    const { actions } = open(ALL);
    fireEvent.click(screen.getByTestId('pin-card'));
    expect(actions.onPin).toHaveBeenCalledWith('XFMR-1');
  });

  it('is refused while four others are pinned', () => {
    open(ALL, ['SUB-1', 'SUB-2', 'SUB-3', 'SUB-4']);
    expect(screen.getByTestId('pin-card')).toHaveProperty('disabled', true);
  });

  it('takes it off again', () => {
    open(ALL, ['SUB-1', 'SUB-2', 'SUB-3', 'XFMR-1']);
    expect(screen.getByRole('button', { name: 'Take it off the comparison' }).getAttribute('aria-pressed')).toBe('true');
  });
});
