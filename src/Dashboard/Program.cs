using LogitLens.Dashboard;

var app = DashboardHost.Build(args);
await app.RunAsync();
