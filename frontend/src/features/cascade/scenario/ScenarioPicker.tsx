import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import ListSubheader from '@mui/material/ListSubheader';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useQuery } from 'urql';

import { humanize } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import type { Problem } from '../../../lib/graphql/errors';
import { useStore } from '../../../lib/store';
import { Fold } from '../../../ui/Fold';
import { ErrorLine } from '../../../ui/StateMessage';
import { chooseScenario, draftStore, isChanged } from '../draft';

import { DeleteScenarioDialog, RenameScenarioDialog, SaveScenarioDialog } from './ScenarioDialogs';
import { ScenarioLibraryQuery, ScenarioQuery } from './queries';
import type { ScenarioEntry } from './queries';
import { useOpenScenario } from './useScenario';

const PLANNING = 'planning';

interface Props {
  permissions: ReadonlySet<string>;
  username: string | null;
  problem: string | undefined;
}

type Open = 'save' | 'rename' | 'delete' | null;

/** Chooses a scenario of the library, and keeps what the form says as one of one's own. */
export function ScenarioPicker({ permissions, username, problem }: Props) {
  const draft = useStore(draftStore);
  const [{ data, error, fetching }, refetch] = useQuery({ query: ScenarioLibraryQuery, requestPolicy: 'cache-and-network' });
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const [dialog, setDialog] = useState<Open>(null);
  const open = useOpenScenario();
  const entries = data?.scenarios.edges.map(({ node }) => node) ?? [];
  const chosen = entries.find((entry) => entry.scenarioId === draft.scenario?.scenarioId) ?? null;
  const changed = isChanged(draft);
  const isOwn = chosen !== null && chosen.owner !== null && chosen.owner === username;

  const choose = async (scenarioId: string): Promise<void> => {
    setRefusal(null);
    if (scenarioId === PLANNING) chooseScenario(null);
    else setRefusal(await open(scenarioId));
  };
  const saved = async (scenarioId: string): Promise<void> => {
    setDialog(null);
    refetch({ requestPolicy: 'network-only' });
    setRefusal(await open(scenarioId));
  };

  return (
    <Box role="group" aria-label="Scenario">
      {error !== undefined && data === undefined && !fetching && <ErrorLine title={`The scenarios could not be loaded: ${problemOf(error).message}`} onRetry={refetch} />}
      <TextField
        select
        fullWidth
        id="scenario-choice"
        label="Scenario"
        value={draft.scenario?.scenarioId ?? PLANNING}
        onChange={(event) => void choose(event.target.value)}
        slotProps={{ htmlInput: { 'data-testid': 'scenario-choice' } }}
      >
        <MenuItem value={PLANNING}>Planning case (normal)</MenuItem>
        {grouped(entries, username).flatMap(({ label, members }) => [
          <ListSubheader key={label}>{label}</ListSubheader>,
          ...members.map((entry) => (
            <MenuItem key={entry.id} value={entry.scenarioId}>
              {entry.name}
            </MenuItem>
          )),
        ])}
        {draft.scenario !== null && chosen === null && <MenuItem value={draft.scenario.scenarioId}>{draft.scenario.name}</MenuItem>}
      </TextField>
      {chosen !== null && <Told entry={chosen} version={draft.scenario?.version ?? chosen.newestNumber} />}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 0.5, mt: 0.5 }}>
        {changed && (
          <Typography variant="caption" color="warning" sx={{ flex: 1 }} data-testid="scenario-changed">
            Changed
          </Typography>
        )}
        {changed && (
          <Button onClick={() => void choose(draft.scenario?.scenarioId ?? PLANNING)}>Undo</Button>
        )}
        {permissions.has('cascade.add_scenario') && (
          <Button onClick={() => setDialog('save')} data-testid="save-scenario">
            Save…
          </Button>
        )}
        {isOwn && permissions.has('cascade.change_scenario') && <Button onClick={() => setDialog('rename')}>Rename…</Button>}
        {isOwn && permissions.has('cascade.delete_scenario') && (
          <Button color="error" onClick={() => setDialog('delete')}>
            Delete…
          </Button>
        )}
      </Box>
      {(refusal !== null || problem !== undefined) && (
        <Alert severity="error" variant="outlined" sx={{ mt: 0.5 }} data-testid="scenario-problem">
          {refusal?.message ?? problem}
        </Alert>
      )}
      {dialog === 'save' && (
        <SaveScenarioDialog
          chosen={chosen}
          canChange={chosen !== null && permissions.has('cascade.change_scenario')}
          onClose={() => setDialog(null)}
          onSaved={(scenarioId) => void saved(scenarioId)}
        />
      )}
      {dialog === 'rename' && chosen !== null && (
        <RenameScenarioDialog chosen={chosen} onClose={() => setDialog(null)} onSaved={(scenarioId) => void saved(scenarioId)} />
      )}
      {dialog === 'delete' && chosen !== null && (
        <DeleteScenarioDialog
          chosen={chosen}
          onClose={() => setDialog(null)}
          onDeleted={() => {
            setDialog(null);
            chooseScenario(null);
            refetch({ requestPolicy: 'network-only' });
          }}
        />
      )}
    </Box>
  );
}

function grouped(entries: readonly ScenarioEntry[], username: string | null): { label: string; members: ScenarioEntry[] }[] {
  const library = entries.filter((entry) => entry.key !== null && entry.key !== '');
  const rest = entries.filter((entry) => !library.includes(entry));
  return [
    { label: 'Library', members: library },
    { label: 'My own', members: rest.filter((entry) => entry.owner === username) },
    { label: 'Of others', members: rest.filter((entry) => entry.owner !== username) },
  ].filter(({ members }) => members.length > 0);
}

/** What the scenario is about, and the publications behind it. */
function Told({ entry, version }: { entry: ScenarioEntry; version: number }) {
  const [{ data }] = useQuery({ query: ScenarioQuery, variables: { id: entry.scenarioId } });
  const sources = data?.scenario?.versions.find(({ number }) => number === version)?.sources ?? [];
  return (
    <Box sx={{ mt: 0.5 }}>
      <Typography variant="caption" component="p" color="textSecondary" data-testid="scenario-told">
        {humanize(entry.kind)}, version {version}. {entry.description}
      </Typography>
      {sources.length > 0 && (
        <Fold summary={<span>Where the numbers come from</span>}>
          <Box component="ul" sx={{ m: 0, pl: 2 }}>
            {sources.map((source) => (
              <li key={`${source.title} ${source.fact}`}>
                {source.fact}{' '}
                {source.url == null || source.url === '' ? (
                  source.title
                ) : (
                  <Link href={source.url} target="_blank" rel="noreferrer">
                    {source.title}
                  </Link>
                )}{' '}
                ({humanize(source.basis).toLowerCase()})
              </li>
            ))}
          </Box>
        </Fold>
      )}
    </Box>
  );
}
