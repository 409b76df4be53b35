import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../../tests/axe';
import { mockClient, renderWith } from '../../../../tests/mockClient';

import { ImportForm } from './ImportForm';

const FILE = { digest: 'ab12', name: 'poles.csv', fileFormat: 'CSV', sizeBytes: 900, receivedAt: '2026-06-01T12:00:00Z', receivedBy: 'ada' };
const PREVIEW = {
  __typename: 'ImportPreview', columns: ['POLE_ID', 'HEIGHT_FT'], hasGeometry: false, crs: null, mapping: { pole_id: { column: 'POLE_ID' } },
  problem: null, problemCode: null, rowsLookedAt: 20, rows: [{ pole_id: 'POLE-1', height_m: null }], rowsRefused: 2,
  refused: [{ rowNumber: 4, rowKey: null, reason: 'MISSING_KEY', column: 'pole_id', detail: 'It is blank.', row: {}, resolvedAt: null }],
};
const ACCOUNT = { username: 'ada', permissions: new Set(['grid.add_fileimport']), isLimited: false };

describe('importing a file', () => {
  it('shows what would be written, then starts with the mapping shown', async () => {
    const sent: [string, unknown][] = [];
    const onStarted = vi.fn();
    const view = renderWith(
      mockClient({
        query: () => ({ data: { importFiles: [FILE], importInbox: ['inbox.csv'], importMappings: [] } }),
        mutation: (name, variables) => {
          sent.push([name, variables.input]);
          return name === 'PreviewImport' ? { data: { previewImport: PREVIEW } } : { data: { startImport: { __typename: 'FileImport', id: '7' } } };
        },
      }),
      <ImportForm account={ACCOUNT} onStarted={onStarted} timeZone="America/Chicago" />,
    );
    const user = userEvent.setup({ delay: null, pointerEventsCheck: 0 });
    fireEvent.change(screen.getByTestId('import-file'), { target: { value: 'ab12' } });
    fireEvent.change(screen.getByTestId('import-layer'), { target: { value: 'poles' } });
    await user.click(screen.getByTestId('import-preview'));
    expect((await screen.findByTestId('preview-counts')).textContent).toContain('Of the first 20 rows 18 would be written and 2 refused.');
    expect(screen.getByTestId('rejects-table').textContent).toContain('Missing key');
    expect(screen.getByTestId('mapping-table').textContent).toContain('pole_id');
    expect(screen.getByText('Not used: HEIGHT_FT')).toBeTruthy();
    expect(await accessibilityFaults(view.container)).toEqual([]);

    fireEvent.change(screen.getByLabelText('Another column of the layer'), { target: { value: 'pole_height_m' } });
    await user.click(screen.getByText('Add'));
    // What is started is what was looked at.
    expect(screen.getByTestId<HTMLButtonElement>('import-start').disabled).toBe(true);
    fireEvent.change(screen.getByLabelText('Unit of pole_height_m in the file'), { target: { value: 'ft' } });
    await user.click(screen.getByTestId('import-preview'));
    await waitFor(() => expect(screen.getByTestId<HTMLButtonElement>('import-start').disabled).toBe(false));
    await user.click(screen.getByTestId('import-start'));
    await waitFor(() => expect(onStarted).toHaveBeenCalledWith('7'));
    expect(sent.at(-1)).toEqual([
      'StartImport',
      {
        file: 'ab12', layer: 'poles', mode: 'MERGE', options: {}, again: false, force: false,
        mapping: { pole_id: { column: 'POLE_ID' }, pole_height_m: { column: 'HEIGHT_FT', unit: 'ft' } },
      },
    ]);
  });
});
