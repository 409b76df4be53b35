import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { mockClient, renderWith } from '../../../tests/mockClient';
import { forgetNotices, notices } from '../../lib/notices';

import { SaveViewDialog } from './SaveViewDialog';
import { ViewsDialog } from './ViewsDialog';

const MINE = { id: '1', name: 'Night desk', address: '/outages?show=all', isMine: true, isDefault: false, isShared: false, owner: 'pia', updatedAt: '2026-01-02T03:00:00Z' };
const SHARED = { ...MINE, id: '2', name: 'Storm', address: '/cascade', isMine: false, isShared: true, owner: 'omar' };

beforeEach(() => forgetNotices());

function open(mayShare: boolean, views: object[] = [MINE, SHARED]) {
  const sent: unknown[] = [];
  const onOpen = vi.fn();
  const client = mockClient({
    query: () => ({ data: { savedViews: views } }),
    mutation: (name, variables) => {
      sent.push([name, variables]);
      if (name === 'DeleteSavedView') return { data: { deleteSavedView: { __typename: 'DeletedSavedView', savedViewId: '1' } } };
      if (name === 'SaveView') return { data: { saveView: { __typename: 'SavedView', ...MINE } } };
      return { data: { updateSavedView: { __typename: 'OperationInfo', code: 'BAD_INPUT', message: 'You already have a view called X.', field: 'name' } } };
    },
  });
  renderWith(client, <ViewsDialog mayShare={mayShare} onOpen={onOpen} onSave={vi.fn()} onClose={vi.fn()} />);
  return { sent, onOpen };
}

describe('saved views', () => {
  it('are opened by name; those of others are neither changed nor deleted', async () => {
    const { onOpen } = open(true);
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: 'Storm' }));
    expect(onOpen).toHaveBeenCalledWith('/cascade');
    expect(screen.queryByRole('button', { name: 'Delete Storm' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Delete Night desk' })).toBeTruthy();
    expect(await accessibilityFaults(screen.getByTestId('views-dialog'))).toEqual([]);
  });

  it('show why a change was refused', async () => {
    const { sent } = open(true);
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: 'Rename Night desk' }));
    await user.clear(screen.getByTestId('view-rename'));
    await user.type(screen.getByTestId('view-rename'), 'X{Enter}');
    expect((await screen.findByTestId('view-problem')).textContent).toBe('You already have a view called X.');
    expect(sent).toEqual([['UpdateSavedView', { input: { id: '1', name: 'X' } }]]);
  });

  it('that are deleted can be brought back', async () => {
    const { sent } = open(false);
    const user = userEvent.setup();
    expect(screen.queryByRole('button', { name: /Share/ })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Delete Night desk' }));
    const told = notices.get()[0];
    expect(told?.text).toBe('View “Night desk” is deleted');
    await told?.undo?.();
    expect(sent.at(-1)).toEqual(['SaveView', { input: { name: 'Night desk', address: '/outages?show=all', isShared: false } }]);
  });

  it('are saved with the whole address; only those who may are offered to share', async () => {
    const sent: unknown[] = [];
    const onClose = vi.fn();
    const client = mockClient({
      mutation: (_name, variables) => {
        sent.push(variables);
        return { data: { saveView: { __typename: 'SavedView', ...MINE } } };
      },
    });
    renderWith(client, <SaveViewDialog address="/ami?level=XFMR-1" suggestion="AMI analytics" mayShare={false} onClose={onClose} />);
    expect(screen.queryByLabelText('Everybody sees it')).toBeNull();
    await userEvent.click(screen.getByTestId('view-save'));
    expect(sent).toEqual([{ input: { name: 'AMI analytics', address: '/ami?level=XFMR-1', isShared: false } }]);
    expect(onClose).toHaveBeenCalledOnce();
  });
});
