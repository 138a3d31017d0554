namespace LogitLens.Inference.Tracing;

/// <summary>What a pass changes of the model's own computation: a <see cref="Knockout"/> or an <see cref="Ablation"/>.</summary>
public abstract record Intervention;
