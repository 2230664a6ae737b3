/** Why a plan was not taken, with the HTTP status that says so. */
export class PlanRefused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
