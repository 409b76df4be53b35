import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useId, useState } from 'react';
import { useMutation } from 'urql';

import { humanize } from '../../lib/format';
import { problemOf, problemOfInfo } from '../../lib/graphql/errors';
import type { Problem } from '../../lib/graphql/errors';

import { reasonText, WORK_TYPE_WORDS, WORK_TYPES } from './recommendation';
import type { Recommendation, WorkType } from './recommendation';
import { CreateOrderMutation } from './transformerQueries';
import type { Order, Transformer } from './transformerQueries';

const PRIORITIES = ['EMERGENCY', 'HIGH', 'MEDIUM', 'LOW'] as const;
type Priority = (typeof PRIORITIES)[number];

interface Props {
  transformer: Transformer;
  recommendation: Recommendation | null;
  /** Orders on it that are not closed. */
  open: readonly Order[];
  onClose: () => void;
  onCreated: (orderId: string) => void;
}

/** Says what would be ordered, and orders it once that is confirmed. */
export function OrderDialog({ transformer, recommendation, open, onClose, onCreated }: Props) {
  const titleId = useId();
  const [workType, setWorkType] = useState<WorkType>(recommendation?.workType ?? 'INSPECTION');
  const [priority, setPriority] = useState<Priority>(recommendation?.priority ?? 'MEDIUM');
  const [description, setDescription] = useState(recommendation === null ? '' : reasonText(recommendation));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [{ fetching }, create] = useMutation(CreateOrderMutation);
  const same = open.find((order) => order.workType === workType);

  const confirm = async (): Promise<void> => {
    setProblem(null);
    const text = description.trim();
    const { data, error } = await create({
      input: { workType, priority, assetKind: 'TRANSFORMER', assetId: transformer.assetId, description: text === '' ? null : text },
    });
    if (error !== undefined) setProblem(problemOf(error));
    else if (data?.createWorkOrder.__typename === 'OperationInfo') setProblem(problemOfInfo(data.createWorkOrder));
    else if (data?.createWorkOrder.__typename === 'WorkOrder') onCreated(data.createWorkOrder.assetId);
  };
  const faultOf = (field: string) => (problem?.field === field ? { error: true, helperText: problem.message } : {});

  return (
    <Dialog open onClose={fetching ? undefined : onClose} aria-labelledby={titleId} fullWidth maxWidth="xs" data-testid="order-dialog">
      <DialogTitle id={titleId}>Work order on {transformer.assetId}</DialogTitle>
      <DialogContent>
        <Box sx={{ display: 'grid', gap: 1.5, pt: 1 }}>
          <TextField select label="Work" value={workType} onChange={(event) => setWorkType(WORK_TYPES.find((type) => type === event.target.value) ?? workType)} {...faultOf('workType')}>
            {WORK_TYPES.map((type) => (
              <MenuItem key={type} value={type}>
                {WORK_TYPE_WORDS[type]}
              </MenuItem>
            ))}
          </TextField>
          <TextField select label="Priority" value={priority} onChange={(event) => setPriority(PRIORITIES.find((each) => each === event.target.value) ?? priority)} {...faultOf('priority')}>
            {PRIORITIES.map((each) => (
              <MenuItem key={each} value={each}>
                {humanize(each)}
              </MenuItem>
            ))}
          </TextField>
          <TextField label="Description" multiline minRows={2} value={description} onChange={(event) => setDescription(event.target.value)} {...faultOf('description')} />
          {same !== undefined && (
            <Alert severity="warning" variant="outlined">
              {same.assetId} of the same kind is {humanize(same.status).toLowerCase()}. This would be a second one.
            </Alert>
          )}
          {problem !== null && !['workType', 'priority', 'description'].includes(problem.field ?? '') && (
            <Alert severity="error" variant="outlined">
              {problem.message}
            </Alert>
          )}
          <Typography variant="caption" color="textSecondary">
            {transformer.name}, {transformer.circuit.name}. The order is open until a crew gets it.
          </Typography>
        </Box>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose} disabled={fetching}>
          Back
        </Button>
        <Button variant="contained" onClick={() => void confirm()} disabled={fetching} data-testid="confirm-order">
          {fetching ? 'Creating' : 'Create the order'}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
