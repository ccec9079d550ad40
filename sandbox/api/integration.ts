import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors';
import { success } from '../http/envelope';
import { readJson } from '../http/json';
import type { ExistingIntegrationStatus } from '../options';
import type { Store } from '../store';
import type { AuthType, Integration, Project } from '../types';
import { authenticateByKey, integrationOf, projectOf } from './authenticate';
import { SUPPORT } from './document';

interface IntegrationFields {
	webhookUrl: string;
	authType?: AuthType;
	authorization?: string;
}

/** What the API shows of an integration: never the secret, never the webhook's credential. */
function visible(project: Project, { webhookUrl, createdAt, updatedAt, authType }: Integration) {
	return {
		brainId: project.id,
		webhookUrl,
		createdAt,
		updatedAt,
		...(authType !== 'no_auth' && { authType }),
	};
}

function problemOf({ authType, authorization }: Integration): string | undefined {
	if (!/^[\x20-\x7e]*$/.test(authorization)) return 'goes into a header, so it must be visible ASCII';
	if (authType !== 'no_auth' && authorization === '') return `is required when authType is ${authType}`;
	return undefined;
}

/** Not documented, but a credential that is required and missing, or cannot be sent, must be a mistake. */
function requireCredential(integration: Integration, status: number): void {
	const problem = problemOf(integration);
	if (problem === undefined) return;
	const fields = { authorization: [problem] };
	throw new ApiError(status, 'Some fields are not valid', 'VALIDATION_ERROR', fields);
}

/** The one integration that a project has. */
export function integrationRoutes(
	app: FastifyInstance,
	store: Store,
	existingStatus: ExistingIntegrationStatus,
): void {
	const authenticate = authenticateByKey(store);
	const changed = () => store.feed.publish({ type: 'overview' });

	app.route<{ Params: { projectId: string }; Body: IntegrationFields }>({
		...SUPPORT.routeOf('createIntegration'),
		preValidation: [authenticate, readJson],
		handler: (request) => {
			const project = projectOf(request);
			const { webhookUrl, authType = 'no_auth', authorization = '' } = request.body;
			const now = new Date().toISOString();
			const signingSecret = project.signingSecret ?? randomBytes(32).toString('hex');
			const created = { webhookUrl, signingSecret, authType, authorization, createdAt: now, updatedAt: now };
			requireCredential(created, 422);
			if (project.integration) {
				const message = 'This project already has an integration';
				throw new ApiError(existingStatus, message, 'INTEGRATION_ALREADY_EXISTS');
			}
			project.integration = created;
			changed();
			return success('Integration created successfully', { ...visible(project, created), signingSecret });
		},
	});

	app.route<{ Params: { projectId: string } }>({
		...SUPPORT.routeOf('getIntegration'),
		preValidation: authenticate,
		handler: (request) => {
			const project = projectOf(request);
			if (project.integration === null) {
				// A trigger asks this before it registers, so it is the first thing a new user sees.
				request.info.note = 'The project has no integration yet';
				request.info.isExpected = true;
			}
			return success('Integration retrieved successfully', visible(project, integrationOf(project)));
		},
	});

	app.route<{ Params: { projectId: string }; Body: Partial<IntegrationFields> }>({
		...SUPPORT.routeOf('updateIntegration'),
		preValidation: [authenticate, readJson],
		handler: (request) => {
			const project = projectOf(request);
			const { webhookUrl, authType, authorization } = request.body;
			const given = Object.entries({ webhookUrl, authType, authorization }).filter(
				([, value]) => value !== undefined,
			);
			const integration = integrationOf(project);
			if (given.length === 0) throw new ApiError(400, 'There is nothing to change', 'NOTHING_TO_CHANGE');
			const updatedAt = new Date().toISOString();
			const updated: Integration = { ...integration, ...Object.fromEntries(given), updatedAt };
			requireCredential(updated, 400);
			project.integration = updated;
			changed();
			return success('Integration updated successfully', visible(project, updated));
		},
	});

	app.route<{ Params: { projectId: string } }>({
		...SUPPORT.routeOf('deleteIntegration'),
		preValidation: authenticate,
		handler: (request) => {
			const project = projectOf(request);
			integrationOf(project);
			project.integration = null;
			changed();
			return success('Integration deleted successfully');
		},
	});
}
