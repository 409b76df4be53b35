import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';

import * as files from '../lib/download';

import { DataTable } from './DataTable';
import type { ShownColumn } from './DataTable';

interface Span {
  id: string;
  level: string;
  urgency: number;
  trees: number | null;
}

const COLUMNS: ShownColumn<Span>[] = [
  { key: 'id', label: 'Span', value: ({ id }) => id },
  { key: 'level', label: 'Level', value: ({ level }) => level, order: ({ urgency }) => urgency },
  { key: 'trees', label: 'Trees', unit: 'count', isNumber: true, value: ({ trees }) => trees },
  { key: 'open', label: 'Open', cell: ({ id }) => <button type="button">Open {id}</button> },
  { key: 'half', label: 'Half', isHidden: true, value: ({ trees }) => (trees === null ? null : trees / 8) },
];

const SPANS: Span[] = [
  { id: 'LINE-2', level: 'LOW', urgency: 1, trees: 1200 },
  { id: 'LINE-10', level: 'CRITICAL', urgency: 3, trees: null },
  { id: 'LINE-1', level: 'HIGH', urgency: 2, trees: 7 },
];

afterEach(cleanup);

/** The first cell of each row, from top to bottom. */
function firstCells(): (string | null)[] {
  return screen.getAllByRole('row').slice(1).map((row) => within(row).getAllByRole('cell')[0]?.textContent ?? null);
}

const many = (count: number): Span[] => Array.from({ length: count }, (_, at) => ({ id: `LINE-${at + 1}`, level: 'LOW', urgency: 1, trees: at }));
const key = ({ id }: Span): string => id;

describe('a table', () => {
  it('shows what is known and says what is not, and hides what is for the file', async () => {
    const { container } = render(<DataTable label="Spans" rows={SPANS} columns={COLUMNS} rowKey={key} testId="spans" />);
    expect(screen.getAllByRole('columnheader').map((head) => head.textContent)).toEqual(['Span', 'Level', 'Trees', 'Open']);
    expect(screen.getAllByRole('columnheader').map((head) => head.getAttribute('scope'))).toEqual(['col', 'col', 'col', 'col']);
    const [, first, second] = screen.getAllByRole('row');
    expect(first?.textContent).toContain('1,200');
    expect(within(second as HTMLElement).getByRole('img', { name: 'not known' }).textContent).toBe('–');
    expect(screen.getByRole('table', { name: 'Spans' })).toBe(screen.getByTestId('spans'));
    expect(screen.getByRole('region', { name: 'Spans: rows' }).tabIndex).toBe(0);
    const { violations } = await axe.run(container, { rules: { region: { enabled: false } } });
    expect(violations.map(({ id }) => id)).toEqual([]);
  });

  it('is ordered by a column: one way, the other, then as it came', async () => {
    const user = userEvent.setup();
    render(<DataTable caption="Spans of a circuit" rows={SPANS} columns={COLUMNS} rowKey={key} testId="spans" sorting={{ key: 'id', isDescending: false }} />);
    expect(firstCells()).toEqual(['LINE-1', 'LINE-2', 'LINE-10']);
    const level = screen.getByRole('columnheader', { name: 'Level' });
    await user.click(within(level).getByRole('button'));
    expect([level.getAttribute('aria-sort'), ...firstCells()]).toEqual(['descending', 'LINE-10', 'LINE-1', 'LINE-2']);
    await user.click(within(level).getByRole('button'));
    expect([level.getAttribute('aria-sort'), ...firstCells()]).toEqual(['ascending', 'LINE-2', 'LINE-1', 'LINE-10']);
    await user.click(within(level).getByRole('button'));
    expect([level.getAttribute('aria-sort'), ...firstCells()]).toEqual([null, 'LINE-2', 'LINE-10', 'LINE-1']);
    expect(within(screen.getByRole('columnheader', { name: 'Open' })).queryByRole('button')).toBeNull();
  });

  it('is saved whole in the order that is shown, with all digits', async () => {
    const user = userEvent.setup();
    const saved = vi.spyOn(files, 'download').mockReturnValue();
    render(<DataTable label="Spans" rows={SPANS} columns={COLUMNS} rowKey={key} testId="spans" csv="spans" pageSize={2} />);
    await user.click(screen.getByRole('button', { name: 'Trees' }));
    await user.click(screen.getByTestId('spans-csv'));
    expect(saved).toHaveBeenCalledWith(
      'spans.csv',
      'Span,Level,Trees (count),Half\r\nLINE-2,LOW,1200,150\r\nLINE-1,HIGH,7,0.875\r\nLINE-10,CRITICAL,,\r\n',
      'text/csv;charset=utf-8',
    );
  });

  it('is read page by page, and stays within its rows when they become fewer', async () => {
    const user = userEvent.setup();
    const table = (count: number) => <DataTable label="Spans" rows={many(count)} columns={COLUMNS} rowKey={key} testId="spans" pageSize={10} />;
    const { rerender } = render(table(25));
    expect(screen.getByRole('status').textContent).toBe('1 to 10 of 25');
    await user.click(screen.getByRole('button', { name: 'Next' }));
    await user.click(screen.getByRole('button', { name: 'Next' }));
    expect(screen.getByRole('status').textContent).toBe('21 to 25 of 25');
    expect(screen.getByRole('button', { name: 'Next' }).hasAttribute('disabled')).toBe(true);
    rerender(table(12));
    expect(screen.getByRole('status').textContent).toBe('11 to 12 of 12');
    await user.click(screen.getByRole('button', { name: 'Before' }));
    expect(firstCells()[0]).toBe('LINE-1');
    rerender(table(0));
    expect(screen.getByRole('status').textContent).toBe('None');
  });

  it('shows the first rows, and all on demand', async () => {
    render(<DataTable label="Spans" rows={many(120)} columns={COLUMNS} rowKey={key} testId="spans" />);
    expect(firstCells()).toHaveLength(100);
    await userEvent.setup().click(screen.getByRole('button', { name: 'Show all 120 rows' }));
    expect(firstCells()).toHaveLength(120);
    expect(screen.queryByRole('button', { name: /Show all/ })).toBeNull();
  });

  it('lets a row be chosen once, by keyboard and by mouse', async () => {
    const user = userEvent.setup();
    const chosen: string[] = [];
    const columns = COLUMNS.slice(0, 3);
    render(<DataTable label="Spans" rows={SPANS} columns={columns} rowKey={key} testId="spans" rowTestId="span" onSelect={({ id }) => chosen.push(id)} isSelected={({ id }) => id === 'LINE-1'} />);
    screen.getByRole('button', { name: 'LINE-10' }).focus();
    await user.keyboard('{Enter}');
    await user.click(screen.getByRole('button', { name: 'LINE-2' }));
    await user.click(screen.getByText('HIGH'));
    expect(chosen).toEqual(['LINE-10', 'LINE-2', 'LINE-1']);
    expect(screen.getByTestId('span-LINE-1').className).toContain('Mui-selected');
    expect(screen.getByTestId('span-LINE-2').className).not.toContain('Mui-selected');
  });
});
