export { JobDetail } from './JobDetail';
export { JobsTable } from './JobsTable';
