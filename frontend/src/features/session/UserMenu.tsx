import Button from '@mui/material/Button';
import { lazy, Suspense, useState } from 'react';
import { useQuery } from 'urql';

import { UserIcon } from '../../ui/icons';

import { ViewerQuery } from './queries';

const UserMenuList = lazy(() => import('./UserMenuList').then((module) => ({ default: module.UserMenuList })));

export interface UserMenuProps {
  onLoggedOut: () => void;
  onSaveView: () => void;
  onViews: () => void;
  onPrint: () => void;
}

/** Who one is; opens the menu of what one may set and of the way out. */
export function UserMenu(props: UserMenuProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [{ data }] = useQuery({ query: ViewerQuery });
  return (
    <>
      <Button
        color="inherit"
        startIcon={<UserIcon />}
        onClick={(event) => setAnchor(event.currentTarget)}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        data-testid="user-menu"
        sx={{ minWidth: 0, maxWidth: 140, whiteSpace: 'nowrap', flexShrink: 0, overflow: 'hidden', '& .MuiButton-startIcon': { mr: 0.5 } }}
      >
        {data?.viewer.username ?? 'Account'}
      </Button>
      {anchor !== null && (
        <Suspense fallback={null}>
          <UserMenuList {...props} anchor={anchor} onClose={() => setAnchor(null)} />
        </Suspense>
      )}
    </>
  );
}
