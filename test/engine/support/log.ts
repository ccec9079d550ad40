import { Logger } from '@n8n/backend-common';
import { Container } from '@n8n/di';

/** Collects the warnings that nodes write to n8n's log. Call `jest.restoreAllMocks` when done. */
export function collectWarnings(): string[] {
	const warnings: string[] = [];
	jest.spyOn(Container.get(Logger), 'warn').mockImplementation((message) => void warnings.push(message));
	return warnings;
}
