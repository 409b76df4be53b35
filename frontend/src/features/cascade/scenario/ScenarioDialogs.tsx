import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import type { ReactNode, SyntheticEvent } from 'react';
import { useMutation } from 'urql';

import { plural } from '../../../lib/format';
import { problemOf, problemOfInfo } from '../../../lib/graphql/errors';
import type { Problem } from '../../../lib/graphql/errors';
import { useStore } from '../../../lib/store';
import { draftStore, readDocument } from '../draft';

import { listAt, writeAt } from './document';
import type { ScenarioDocument } from './document';
import { Toggle } from './parts';
import { CreateScenarioMutation, DeleteScenarioMutation, UpdateScenarioMutation } from './queries';
import type { ScenarioEntry } from './queries';

const MAX_NAME = 120;
const MAX_TEXT = 4000;
const MAX_NOTE = 200;

interface SaveProps {
  chosen: ScenarioEntry | null;
  /** Whether the chosen one may get a new version. */
  canChange: boolean;
  onClose: () => void;
  onSaved: (scenarioId: string) => void;
}

/** Keeps what the form says: as a scenario of one's own, or as a new version of the chosen one. */
export function SaveScenarioDialog({ chosen, canChange, onClose, onSaved }: SaveProps) {
  const draft = useStore(draftStore);
  const [{ fetching: isCreating }, create] = useMutation(CreateScenarioMutation);
  const [{ fetching: isUpdating }, update] = useMutation(UpdateScenarioMutation);
  const [name, setName] = useState(chosen === null ? '' : `${chosen.name}, changed`.slice(0, MAX_NAME));
  const [description, setDescription] = useState(chosen?.description ?? '');
  const [note, setNote] = useState('');
  const [withOutages, setWithOutages] = useState(true);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const { document, problems } = readDocument(draft);
  const faults = Object.values(problems);
  const spec = withOutages && draft.outages.length > 0 ? addOutages(document, draft.outages.map(({ assetId }) => assetId)) : document;

  const keep = async (): Promise<void> => {
    const result = await create({ input: { name: name.trim(), description, spec: { kind: 'OUTAGE', ...spec }, interconnect: chosen?.interconnect ?? null } });
    if (result.error !== undefined) setRefusal(problemOf(result.error));
    else if (result.data?.createScenario.__typename === 'OperationInfo') setRefusal(problemOfInfo(result.data.createScenario));
    else if (result.data?.createScenario.__typename === 'Scenario') onSaved(result.data.createScenario.scenarioId);
  };
  const change = async (): Promise<void> => {
    if (chosen === null || draft.scenario === null) return;
    const result = await update({ input: { scenarioId: chosen.scenarioId, spec, note, basedOn: draft.scenario.version } });
    if (result.error !== undefined) setRefusal(problemOf(result.error));
    else if (result.data?.updateScenario.__typename === 'OperationInfo') setRefusal(problemOfInfo(result.data.updateScenario));
    else if (result.data?.updateScenario.__typename === 'Scenario') onSaved(result.data.updateScenario.scenarioId);
  };

  return (
    <Form
      title="Save the scenario"
      refusal={refusal}
      onClose={onClose}
      onSubmit={keep}
      actions={
        <>
          {chosen !== null && (
            <Button
              onClick={() => void change()}
              disabled={!canChange || isCreating || faults.length > 0}
              loading={isUpdating}
              title={canChange ? undefined : 'Your account may not change scenarios'}
              data-testid="save-version"
            >
              New version of “{chosen.name}”
            </Button>
          )}
          <Button type="submit" variant="contained" disabled={name.trim() === '' || isUpdating || faults.length > 0} loading={isCreating} data-testid="save-own">
            Save as my own
          </Button>
        </>
      }
    >
      <TextField autoFocus fullWidth required label="Name of the scenario" value={name} onChange={(event) => setName(event.target.value)} slotProps={{ htmlInput: { maxLength: MAX_NAME } }} />
      <TextField
        fullWidth
        multiline
        maxRows={6}
        label="What it is about"
        value={description}
        onChange={(event) => setDescription(event.target.value)}
        slotProps={{ htmlInput: { maxLength: MAX_TEXT } }}
        sx={{ mt: 1.5 }}
      />
      {chosen !== null && (
        <TextField
          fullWidth
          label="Why it is changed (for a new version)"
          value={note}
          onChange={(event) => setNote(event.target.value)}
          slotProps={{ htmlInput: { maxLength: MAX_NOTE } }}
          sx={{ mt: 1.5 }}
        />
      )}
      {draft.outages.length > 0 && (
        <Toggle label={`With the ${plural(draft.outages.length, 'initial outage')} chosen`} isOn={withOutages} onToggle={setWithOutages} />
      )}
      {faults.length > 0 && (
        <Typography variant="caption" component="p" color="error" sx={{ mt: 1 }}>
          {plural(faults.length, 'field')} of the form must be mended first.
        </Typography>
      )}
    </Form>
  );
}

function addOutages(document: ScenarioDocument, ids: readonly string[]): ScenarioDocument {
  const named = listAt(document, 'outages').filter((id) => typeof id === 'string');
  return writeAt(document, 'outages', [...new Set([...named, ...ids])]);
}

export function RenameScenarioDialog({ chosen, onClose, onSaved }: { chosen: ScenarioEntry; onClose: () => void; onSaved: (scenarioId: string) => void }) {
  const [{ fetching }, update] = useMutation(UpdateScenarioMutation);
  const [name, setName] = useState(chosen.name);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const rename = async (): Promise<void> => {
    const result = await update({ input: { scenarioId: chosen.scenarioId, name: name.trim() } });
    if (result.error !== undefined) setRefusal(problemOf(result.error));
    else if (result.data?.updateScenario.__typename === 'OperationInfo') setRefusal(problemOfInfo(result.data.updateScenario));
    else if (result.data?.updateScenario.__typename === 'Scenario') onSaved(result.data.updateScenario.scenarioId);
  };
  return (
    <Form
      title="Rename the scenario"
      refusal={refusal}
      onClose={onClose}
      onSubmit={rename}
      actions={
        <Button type="submit" variant="contained" disabled={name.trim() === ''} loading={fetching}>
          Rename
        </Button>
      }
    >
      <TextField autoFocus fullWidth required label="Name of the scenario" value={name} onChange={(event) => setName(event.target.value)} slotProps={{ htmlInput: { maxLength: MAX_NAME } }} />
    </Form>
  );
}

export function DeleteScenarioDialog({ chosen, onClose, onDeleted }: { chosen: ScenarioEntry; onClose: () => void; onDeleted: () => void }) {
  const [{ fetching }, remove] = useMutation(DeleteScenarioMutation);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const go = async (): Promise<void> => {
    const result = await remove({ input: { scenarioId: chosen.scenarioId } });
    if (result.error !== undefined) setRefusal(problemOf(result.error));
    else if (result.data?.deleteScenario.__typename === 'OperationInfo') setRefusal(problemOfInfo(result.data.deleteScenario));
    else if (result.data?.deleteScenario.__typename === 'DeletedScenario') onDeleted();
  };
  return (
    <Form
      title={`Delete “${chosen.name}”?`}
      refusal={refusal}
      onClose={onClose}
      onSubmit={go}
      actions={
        <Button type="submit" variant="contained" color="error" loading={fetching} data-testid="delete-scenario">
          Delete
        </Button>
      }
    >
      <Typography variant="body2">Its {plural(chosen.newestNumber, 'version')} go with it. Runs that were made of it stay.</Typography>
    </Form>
  );
}

interface FormProps {
  title: string;
  refusal: Problem | null;
  onClose: () => void;
  onSubmit: () => Promise<void>;
  actions: ReactNode;
  children: ReactNode;
}

function Form({ title, refusal, onClose, onSubmit, actions, children }: FormProps) {
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    // The dialog lies inside the form of the run, as far as React is concerned.
    event.stopPropagation();
    void onSubmit();
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" aria-labelledby="scenario-dialog-title">
      <form onSubmit={submit} noValidate>
        <DialogTitle id="scenario-dialog-title">{title}</DialogTitle>
        <DialogContent sx={{ '&&': { pt: 1 } }}>
          {children}
          {refusal !== null && (
            <Alert severity="error" variant="outlined" sx={{ mt: 1.5 }} data-testid="scenario-refused" data-code={refusal.code}>
              {refusal.message}
            </Alert>
          )}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          {actions}
        </DialogActions>
      </form>
    </Dialog>
  );
}
