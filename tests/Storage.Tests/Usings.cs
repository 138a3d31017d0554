global using LogitLens.Storage.Catalogue;
global using LogitLens.Storage.Readings;
