import Button from '@mui/material/Button';

import { notices, useChange } from './changes';
import { StartAssessment } from './mutations';

/** Starts the assessment of what has changed; it runs as a job. */
export function AssessButton() {
  const start = useChange(StartAssessment);
  const run = async (): Promise<void> => {
    const { refusal } = await start({});
    notices.set(
      refusal === undefined
        ? { text: 'The assessment is under way: see Jobs & data. What changed is shown once it is done.', isRefusal: false }
        : { text: refusal, isRefusal: true },
    );
  };
  return (
    <Button onClick={() => void run()} data-testid="assess-trees" title="Judge the trees that changed, or near lines that did; a schedule does so every day">
      Assess changes
    </Button>
  );
}
