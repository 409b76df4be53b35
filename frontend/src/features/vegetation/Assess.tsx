import Button from '@mui/material/Button';

import { notices, useChange } from '../../lib/changes';

import { StartAssessment } from './mutations';

/** Starts the assessment of what has changed; it runs as a job. */
export function AssessButton() {
  const start = useChange(StartAssessment);
  const run = async (): Promise<void> => {
    const { problem } = await start({});
    notices.set(
      problem === undefined
        ? { text: 'The assessment is under way: see Jobs & data. What changed is shown once it is done.', isRefusal: false }
        : { text: problem.message, isRefusal: true },
    );
  };
  return (
    <Button onClick={() => void run()} data-testid="assess-trees" title="Judge the trees that changed, or near lines that did; a schedule does so every day">
      Assess changes
    </Button>
  );
}
