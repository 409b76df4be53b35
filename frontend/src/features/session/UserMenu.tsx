import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';

import { humanize } from '../../lib/format';
import { UserIcon } from '../../ui/icons';

import { LogoutMutation, ViewerQuery } from './queries';

export function UserMenu({ onLoggedOut }: { onLoggedOut: () => void }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [{ data }] = useQuery({ query: ViewerQuery });
  const [{ fetching }, logout] = useMutation(LogoutMutation);
  const viewer = data?.viewer;

  const leave = async (): Promise<void> => {
    const result = await logout({});
    // A session that is already gone is as good as logged out.
    if (result.error === undefined || result.error.graphQLErrors.length > 0) onLoggedOut();
    setAnchor(null);
  };

  return (
    <>
      <Button
        color="inherit"
        startIcon={<UserIcon />}
        onClick={(event) => setAnchor(event.currentTarget)}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        data-testid="user-menu"
        sx={{ minWidth: 0, whiteSpace: 'nowrap' }}
      >
        {viewer?.username ?? 'Account'}
      </Button>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {viewer !== undefined && viewer.roles.length > 0 && (
          <Typography variant="caption" component="li" color="text.secondary" sx={{ px: 2, py: 0.5 }}>
            {viewer.roles.map(humanize).join(', ')}
          </Typography>
        )}
        {viewer?.isStaff === true && (
          <MenuItem dense component="a" href="/admin/">
            Administration
          </MenuItem>
        )}
        {viewer?.isStaff === true && <Divider />}
        <MenuItem dense disabled={fetching} onClick={() => void leave()} data-testid="logout">
          Sign out
        </MenuItem>
      </Menu>
    </>
  );
}
