import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';

import { humanize } from '../../lib/format';
import { preferences, usePreferences } from '../../lib/preferences';
import type { Preferences } from '../../lib/preferences';
import { UserIcon } from '../../ui/icons';

import { LogoutMutation, ViewerQuery } from './queries';

const SCHEMES: readonly (readonly [Preferences['scheme'], string])[] = [
  ['dark', 'Dark'],
  ['light', 'Light'],
  ['system', 'As the system'],
];
const UNITS: readonly (readonly [Preferences['units'], string])[] = [
  ['us', 'Feet, miles, °F'],
  ['metric', 'Metres, km, °C'],
];

/** Who one is, how one wants to see the product, and the way out. */
export function UserMenu({ onLoggedOut }: { onLoggedOut: () => void }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [{ data }] = useQuery({ query: ViewerQuery });
  const [{ fetching }, logout] = useMutation(LogoutMutation);
  const viewer = data?.viewer;
  const { scheme, units } = usePreferences();

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
          <Typography variant="caption" component="li" color="textSecondary" sx={{ px: 2, py: 0.5 }}>
            {viewer.roles.map(humanize).join(', ')}
          </Typography>
        )}
        {viewer?.isStaff === true && (
          <MenuItem dense component="a" href="/admin/">
            Administration
          </MenuItem>
        )}
        {viewer?.isStaff === true && <Divider />}
        <ChoiceLabel text="Colours" />
        {SCHEMES.map(([key, text]) => (
          <MenuItem
            key={key}
            dense
            role="menuitemradio"
            aria-checked={key === scheme}
            selected={key === scheme}
            onClick={() => preferences.set((before) => ({ ...before, scheme: key }))}
            data-testid={`colours-${key}`}
          >
            {text}
          </MenuItem>
        ))}
        <ChoiceLabel text="Units" />
        {UNITS.map(([key, text]) => (
          <MenuItem
            key={key}
            dense
            role="menuitemradio"
            aria-checked={key === units}
            selected={key === units}
            onClick={() => preferences.set((before) => ({ ...before, units: key }))}
            data-testid={`units-${key}`}
          >
            {text}
          </MenuItem>
        ))}
        <Divider />
        <MenuItem dense disabled={fetching} onClick={() => void leave()} data-testid="logout">
          Sign out
        </MenuItem>
      </Menu>
    </>
  );
}

function ChoiceLabel({ text }: { text: string }) {
  return (
    <Typography variant="caption" component="li" role="presentation" color="textSecondary" sx={{ px: 2, pt: 0.5 }}>
      {text}
    </Typography>
  );
}
