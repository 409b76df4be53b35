import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Typography from '@mui/material/Typography';
import { useQuery } from 'urql';

import { AssistantButton } from '../../features/assistant';
import { StatusButton } from '../../features/health';
import { BellButton } from '../../features/notices';
import { UserMenu, ViewerQuery } from '../../features/session';
import { SearchIcon } from '../../ui/icons';
import { dialogs } from '../dialogs';
import { dataPath } from '../routes';
import type { Workspace } from '../routes';
import type { Site } from '../site';

import { Territory } from './Territory';
import { WorkspaceNav } from './WorkspaceNav';

const HEIGHT_PX = 48;
const pathOfLayer = (key: string): string => dataPath('layers', key);

interface Props {
  site: Site | null;
  current: string;
  targetOf: (workspace: Workspace) => string;
  onLoggedOut: () => void;
}

/** Where one is, where one can go, how the system is, what is new, and who one is. */
export function Header({ site, current, targetOf, onLoggedOut }: Props) {
  const [{ data }] = useQuery({ query: ViewerQuery });
  const permissions = data?.viewer.permissions ?? [];
  return (
    <Box
      component="header"
      data-print="hide"
      sx={{
        height: HEIGHT_PX,
        flexShrink: 0,
        display: 'flex',
        alignItems: 'center',
        gap: { xs: 0.5, lg: 1 },
        px: { xs: 1, lg: 2 },
        borderBottom: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
      }}
    >
      <Box sx={{ flexShrink: 0, mr: { xs: 0.5, lg: 1 }, lineHeight: 1.2 }}>
        <Typography variant="h2" component="h1" noWrap sx={{ lineHeight: 1.25 }}>
          <Box component="span" aria-hidden sx={{ display: { xs: 'inline', lg: 'none' } }}>
            Flux
          </Box>
          <Box component="span" sx={{ '@media (max-width: 1199px)': { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' } }}>
            Flux Operations Center
          </Box>
        </Typography>
        <Territory site={site} maySeeArea={permissions.includes('grid.view_servicearea')} />
      </Box>
      <WorkspaceNav current={current} targetOf={targetOf} />
      <ButtonBase
        onClick={() => dialogs.set('palette')}
        aria-label="Search and commands"
        aria-keyshortcuts="Control+K Meta+K /"
        title="Search and commands (Ctrl+K)"
        data-testid="palette-button"
        sx={{ width: 32, height: 32, borderRadius: 1, flexShrink: 0 }}
      >
        <SearchIcon sx={{ fontSize: 20 }} />
      </ButtonBase>
      <AssistantButton />
      <StatusButton permissions={permissions} pathOf={pathOfLayer} />
      <BellButton timeZone={site?.timeZone} />
      <UserMenu
        onLoggedOut={onLoggedOut}
        onSaveView={() => dialogs.set('save-view')}
        onViews={() => dialogs.set('views')}
        onPrint={() => dialogs.set('print')}
      />
    </Box>
  );
}
