import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import { lazy, Suspense, useLayoutEffect, useRef, useState } from 'react';

import { followLink } from '../../lib/followLink';
import { ChevronDownIcon } from '../../ui/icons';
import { WORKSPACES } from '../routes';
import type { Workspace } from '../routes';

const MoreMenu = lazy(() => import('./MoreMenu').then((module) => ({ default: module.MoreMenu })));

const HEIGHT_PX = 48;

interface Props {
  /** Key of the workspace shown. */
  current: string;
  targetOf: (workspace: Workspace) => string;
}

/** Links to the workspaces. Those that find no room are in a menu, so that none is ever out of reach. */
export function WorkspaceNav({ current, targetOf }: Props) {
  const listRef = useRef<HTMLUListElement>(null);
  const fitting = useFitting(listRef);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const hidden = WORKSPACES.slice(fitting);
  const away = hidden.find((workspace) => workspace.key === current);
  return (
    <Box component="nav" aria-label="Workspaces" sx={{ flex: '1 1 0', minWidth: 0, display: 'flex', height: HEIGHT_PX }}>
      <Box
        component="ul"
        ref={listRef}
        sx={{ m: 0, p: 0, listStyle: 'none', display: 'flex', flexWrap: 'wrap', overflow: 'hidden', height: HEIGHT_PX, minWidth: 0 }}
      >
        {WORKSPACES.map((workspace, index) => (
          <Box component="li" key={workspace.key} sx={{ visibility: index < fitting ? 'visible' : 'hidden' }}>
            <ButtonBase
              component="a"
              href={targetOf(workspace)}
              onClick={followLink}
              aria-current={workspace.key === current ? 'page' : undefined}
              data-testid={`workspace-${workspace.key}`}
              sx={tab(workspace.key === current)}
            >
              {workspace.label}
            </ButtonBase>
          </Box>
        ))}
      </Box>
      {hidden.length > 0 && (
        <ButtonBase
          onClick={(event) => setAnchor(event.currentTarget)}
          aria-haspopup="menu"
          aria-expanded={anchor !== null}
          aria-label={away === undefined ? 'More workspaces' : `More workspaces, ${away.label} is shown`}
          data-testid="more-workspaces"
          sx={{ ...tab(away !== undefined), flexShrink: 0 }}
        >
          {away?.label ?? 'More'}
          <ChevronDownIcon sx={{ fontSize: 18 }} />
        </ButtonBase>
      )}
      {anchor !== null && (
        <Suspense fallback={null}>
          <MoreMenu anchor={anchor} workspaces={hidden} current={current} targetOf={targetOf} onClose={() => setAnchor(null)} />
        </Suspense>
      )}
    </Box>
  );
}

function tab(isCurrent: boolean) {
  return {
    height: HEIGHT_PX,
    px: { xs: 1, lg: 1.25 },
    fontFamily: 'inherit',
    fontSize: '0.8125rem',
    fontWeight: 500,
    whiteSpace: 'nowrap',
    color: isCurrent ? 'primary.main' : 'text.secondary',
    boxShadow: isCurrent ? 'inset 0 -2px currentColor' : 'none',
    '&:hover': { color: isCurrent ? 'primary.main' : 'text.primary' },
    '&:focus-visible': { outlineOffset: -3 },
  } as const;
}

/** How many of the items stand in the first line; the others wrap out of sight. */
function useFitting(listRef: React.RefObject<HTMLUListElement | null>): number {
  const [fitting, setFitting] = useState(WORKSPACES.length);
  useLayoutEffect(() => {
    const list = listRef.current;
    if (list === null) return undefined;
    const measure = (): void => {
      const items = [...list.children].filter((each) => each instanceof HTMLElement);
      const top = items[0]?.offsetTop ?? 0;
      const wrapped = items.findIndex((each) => each.offsetTop > top);
      setFitting(wrapped === -1 ? items.length : wrapped);
    };
    measure();
    const observer = new ResizeObserver(measure);
    // The list is as wide as its items; the room there is, is that of the whole navigation.
    observer.observe(list);
    if (list.parentElement !== null) observer.observe(list.parentElement);
    return () => observer.disconnect();
  }, [listRef]);
  return fitting;
}
