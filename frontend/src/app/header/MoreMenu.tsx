import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import type { MouseEvent } from 'react';

import { followLink } from '../../lib/followLink';
import type { Workspace } from '../routes';

interface Props {
  anchor: HTMLElement;
  workspaces: readonly Workspace[];
  current: string;
  targetOf: (workspace: Workspace) => string;
  onClose: () => void;
}

/** The workspaces that found no room in the header. */
export function MoreMenu({ anchor, workspaces, current, targetOf, onClose }: Props) {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    followLink(event);
    onClose();
  };
  return (
    <Menu anchorEl={anchor} open onClose={onClose} slotProps={{ list: { 'aria-label': 'More workspaces' } }}>
      {workspaces.map((workspace) => (
        <MenuItem
          key={workspace.key}
          dense
          component="a"
          href={targetOf(workspace)}
          onClick={follow}
          selected={workspace.key === current}
          aria-current={workspace.key === current ? 'page' : undefined}
        >
          {workspace.label}
        </MenuItem>
      ))}
    </Menu>
  );
}
