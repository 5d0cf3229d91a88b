"""What the log says of itself, so that both its trees and all its streams are bound together."""
