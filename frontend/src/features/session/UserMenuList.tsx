import Divider from '@mui/material/Divider';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Typography from '@mui/material/Typography';
import { useMutation, useQuery } from 'urql';

import { humanize } from '../../lib/format';
import { preferences, usePreferences } from '../../lib/preferences';
import type { Preferences } from '../../lib/preferences';

import type { UserMenuProps } from './UserMenu';
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

/** How one wants to see the product, one's views, and the way out. */
export function UserMenuList({ anchor, onClose, onLoggedOut, onSaveView, onViews, onPrint }: UserMenuProps & { anchor: HTMLElement; onClose: () => void }) {
  const [{ data }] = useQuery({ query: ViewerQuery });
  const [{ fetching }, logout] = useMutation(LogoutMutation);
  const viewer = data?.viewer;
  const { scheme, units } = usePreferences();

  const leave = async (): Promise<void> => {
    const result = await logout({});
    // A session that is already gone is as good as logged out.
    if (result.error === undefined || result.error.graphQLErrors.length > 0) onLoggedOut();
    onClose();
  };
  const then = (open: () => void) => () => {
    onClose();
    open();
  };

  return (
    <Menu anchorEl={anchor} open onClose={onClose}>
      {viewer !== undefined && viewer.roles.length > 0 && (
        <Typography variant="caption" component="li" role="presentation" color="textSecondary" sx={{ px: 2, py: 0.5 }}>
          {viewer.roles.map(humanize).join(', ')}
        </Typography>
      )}
      {viewer?.isStaff === true && (
        <MenuItem dense component="a" href="/admin/">
          Administration
        </MenuItem>
      )}
      {viewer?.isStaff === true && <Divider />}
      <MenuItem dense onClick={then(onSaveView)} data-testid="menu-save-view">
        Save this view…
      </MenuItem>
      <MenuItem dense onClick={then(onViews)} data-testid="menu-views">
        Saved views…
      </MenuItem>
      <MenuItem dense onClick={then(onPrint)} data-testid="menu-print">
        Print or save as PDF…
      </MenuItem>
      <Divider />
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
  );
}

function ChoiceLabel({ text }: { text: string }) {
  return (
    <Typography variant="caption" component="li" role="presentation" color="textSecondary" sx={{ px: 2, pt: 0.5 }}>
      {text}
    </Typography>
  );
}
