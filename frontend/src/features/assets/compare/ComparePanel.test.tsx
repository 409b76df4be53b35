import { fireEvent, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../../tests/axe';
import { mockClient, renderWith } from '../../../../tests/mockClient';

import { ComparePanel } from './ComparePanel';

const FRAME = { width: 900, height: 600 };
const circuit = (name: string, customerCount: number) => ({
  id: name, name, voltageKv: 12.47, conductorType: 'ACSR 336', ratedA: 530, ratedMva: 11.4, lengthKm: 10, peakLoadMw: 6.1, transformerCount: 200, customerCount, status: 'IN_SERVICE',
});

function open(pins: readonly string[]) {
  const on = { onUnpin: vi.fn(), onClear: vi.fn(), onGo: vi.fn() };
  const query = (_name: string, variables: Record<string, unknown>) => {
    if (variables.id === 'CKT-9') return { data: { circuit: null } };
    return { data: { circuit: circuit(String(variables.id), variables.id === 'CKT-1' ? 900 : 1200) } };
  };
  const { container } = renderWith(mockClient({ query }), <ComparePanel pins={pins} frame={FRAME} objects={[]} timeZone="UTC" {...on} />);
  return { ...on, container };
}

describe('pinned assets', () => {
  it('lie side by side with their differences marked', async () => {
    const { container } = open(['CKT-1', 'CKT-2']);
    const row = screen.getByRole('row', { name: /Customers/ });
    expect(row.textContent).toBe('≠Customers, differs9001,200');
    expect(screen.getByRole('row', { name: /Voltage/ }).hasAttribute('data-different')).toBe(false);
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it('say so if one is not there', () => {
    open(['CKT-1', 'CKT-9']);
    expect(screen.getByRole('row', { name: /Not shown/ }).textContent).toContain('Not found, or you may not see it');
  });

  it('are taken off, gone to and collapsed', () => {
    const { onUnpin, onGo } = open(['CKT-1', 'CKT-2']);
    fireEvent.click(screen.getByRole('button', { name: 'Unpin CKT-2' }));
    expect(onUnpin).toHaveBeenCalledWith('CKT-2');
    fireEvent.click(screen.getByRole('button', { name: 'CKT-1' }));
    expect(onGo).toHaveBeenCalledWith('CKT-1');
    fireEvent.click(screen.getByRole('button', { name: /Pinned/ }));
    expect(screen.queryByTestId('compare-table')).toBeNull();
  });

  it('move by arrow keys, stop at the edge, and go back with Home', () => {
    open(['CKT-1']);
    const panel = screen.getByTestId('compare-panel');
    const handle = screen.getByTestId('move-compare');
    const start = panel.style.top;
    fireEvent.keyDown(handle, { key: 'ArrowUp' });
    expect(parseFloat(panel.style.top)).toBe(parseFloat(start) - 16);
    for (let i = 0; i < 20; i += 1) fireEvent.keyDown(handle, { key: 'ArrowUp', shiftKey: true });
    expect(panel.style.top).toBe('12px');
    fireEvent.keyDown(handle, { key: 'Home' });
    expect(panel.style.top).toBe(start);
  });
});
